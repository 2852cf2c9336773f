# What the modules of the cluster, the files, the edge and the guards refuse, each with its sentence.
mock_provider "aws" {
  source = "./mocks"
}

run "an_api_open_to_everybody" {
  command = plan

  module {
    source = "../modules/cluster"
  }

  variables {
    name         = "test"
    vpc_id       = "vpc-1"
    subnet_ids   = ["subnet-1", "subnet-2"]
    api_cidrs    = ["0.0.0.0/0"]
    kms_key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/1"
    logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/2"
    node_groups  = { general = { instance_types = ["m7g.large"], min = 1, desired = 1, max = 2 } }
  }

  expect_failures = [var.api_cidrs]
}

run "more_nodes_than_the_most" {
  command = plan

  module {
    source = "../modules/cluster"
  }

  variables {
    name         = "test"
    vpc_id       = "vpc-1"
    subnet_ids   = ["subnet-1", "subnet-2"]
    kms_key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/1"
    logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/2"
    node_groups  = { general = { instance_types = ["m7g.large"], min = 2, desired = 9, max = 8 } }
  }

  expect_failures = [var.node_groups]
}

run "files_for_the_pages_of_everybody" {
  command = plan

  module {
    source = "../modules/objectstore"
  }

  variables {
    name        = "test-files"
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
    origins     = ["https://*"]
  }

  expect_failures = [var.origins]
}

run "files_for_plain_pages" {
  command = plan

  module {
    source = "../modules/objectstore"
  }

  variables {
    name        = "test-files"
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
    origins     = ["http://crm.example.com"]
  }

  expect_failures = [var.origins]
}

run "a_record_of_two_labels" {
  command = plan

  module {
    source = "../modules/edge"
  }

  variables {
    name              = "test"
    public_host       = "crm.example.com"
    zone_id           = "Z1"
    logs_key_arn      = "arn:aws:kms:eu-central-1:123456789012:key/2"
    workspace_records = { "a.b" = "lb.example.com" }
  }

  expect_failures = [var.workspace_records]
}

run "alarms_for_nobody" {
  command = plan

  module {
    source = "../modules/observability"
  }

  variables {
    name         = "test"
    kms_key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/2"
    alarm_emails = ["oncall"]
  }

  expect_failures = [var.alarm_emails]
}

run "a_trail_without_a_key" {
  command = plan

  module {
    source = "../modules/guardrails"
  }

  variables {
    name               = "test"
    alarm_emails       = ["oncall@example.com"]
    topic_arn          = "arn:aws:sns:eu-central-1:123456789012:alarms"
    monthly_budget_usd = 1
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/1"
    guards_account     = true
  }

  expect_failures = [var.trail_key_arn]
}

run "a_budget_of_nothing" {
  command = plan

  module {
    source = "../modules/guardrails"
  }

  variables {
    name               = "test"
    alarm_emails       = ["oncall@example.com"]
    topic_arn          = "arn:aws:sns:eu-central-1:123456789012:alarms"
    monthly_budget_usd = 0
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/1"
  }

  expect_failures = [var.monthly_budget_usd]
}
