# Network, keys and registry by themselves; nothing is made.

mock_provider "aws" {
  source = "./mocks"
}

run "one_gateway_for_all_zones" {
  command = plan

  module {
    source = "../modules/network"
  }

  variables {
    name         = "clientele-test"
    cidr         = "10.9.0.0/20"
    nat_mode     = "single"
    logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/a"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.nat) == 3
    error_message = "Three zones share the one gateway."
  }

  assert {
    condition     = aws_subnet.database["a"].cidr_block == "10.9.14.0/26" && aws_subnet.private["c"].cidr_block == "10.9.8.0/22"
    error_message = "Pods get three quarters of the addresses, databases a small part of the last."
  }

  assert {
    condition     = length(aws_subnet.endpoints) == 0
    error_message = "Without endpoints there is no subnet of theirs."
  }
}

run "a_gateway_each" {
  command = plan

  module {
    source = "../modules/network"
  }

  variables {
    name                = "clientele-test"
    cidr                = "10.9.0.0/16"
    nat_mode            = "per_az"
    interface_endpoints = ["sts"]
    logs_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/a"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 3
    error_message = "Each zone has a gateway of its own."
  }

  assert {
    condition     = aws_vpc_endpoint.interface["sts"].private_dns_enabled && length(aws_subnet.endpoints) == 3
    error_message = "Endpoints answer under the usual names, in subnets of their own."
  }

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL"
    error_message = "What is refused is logged as well."
  }
}

run "a_network_without_a_way_out" {
  command = plan

  module {
    source = "../modules/network"
  }

  variables {
    name         = "clientele-test"
    cidr         = "10.9.0.0/16"
    nat_mode     = "none"
    logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/a"
  }

  assert {
    condition     = length(aws_internet_gateway.this) == 0 && length(aws_route.nat) == 0 && length(aws_subnet.public) == 0
    error_message = "The network of a control plane or a standby reaches nothing outside."
  }
}

run "a_network_is_neither_tiny_nor_huge" {
  command = plan

  module {
    source = "../modules/network"
  }

  variables {
    name         = "clientele-test"
    cidr         = "10.9.0.0/24"
    logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/a"
  }

  expect_failures = [var.cidr]
}

run "keys_turn_and_go_slowly" {
  command = plan

  module {
    source = "../modules/keys"
  }

  variables {
    name = "clientele-test"
  }

  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.enable_key_rotation && key.deletion_window_in_days == 30]) && length(aws_kms_key.this) == 5
    error_message = "Five keys that turn each year and take a month to go."
  }
}

run "images_do_not_change" {
  command = plan

  module {
    source = "../modules/registry"
  }

  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/a"
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push && !aws_ecr_repository.this.force_delete
    error_message = "An image that was pushed stays what it is, is looked at, and outlives a slip."
  }
}
