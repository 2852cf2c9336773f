# What the switches of the modules turn on and off, without any cloud.
mock_provider "aws" {
  source = "./mocks"
}

variables {
  kms_key_arn  = "arn:aws:kms:eu-central-1:123456789012:key/1"
  logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/2"
}

run "the_api_stays_inside_unless_addresses_are_named" {
  command = plan

  module {
    source = "../modules/cluster"
  }

  variables {
    name        = "test"
    vpc_id      = "vpc-1"
    subnet_ids  = ["subnet-1", "subnet-2"]
    node_groups = { general = { instance_types = ["m7g.large"], min = 1, desired = 1, max = 2 } }
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access == false
    error_message = "Without api_cidrs the API is reached from the network alone."
  }

  assert {
    condition     = aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions == false
    error_message = "Whoever makes the cluster is not thereby its administrator."
  }

  assert {
    condition     = join(",", keys(aws_iam_role.service)) == "provisioner,web,worker"
    error_message = "Three processes keep files: web, worker and provisioner."
  }
}

run "a_copy_of_the_files_has_no_roles_and_no_pages" {
  command = plan

  module {
    source = "../modules/objectstore"
  }

  variables {
    name = "test-files-copy"
  }

  assert {
    condition     = length(aws_iam_role.workspace) == 0 && length(aws_s3_bucket_cors_configuration.this) == 0 && output.role_arn == null
    error_message = "Nobody works with a copy."
  }
}

run "of_several_cells_one_proves_the_domain" {
  command = plan

  module {
    source = "../modules/edge"
  }

  variables {
    name          = "test"
    public_host   = "crm.example.com"
    zone_id       = "Z1"
    proves_domain = false
  }

  assert {
    condition     = length(aws_route53_record.proof) == 0 && length(aws_route53_record.authority) == 0
    error_message = "The records are kept by another cell."
  }
}

run "a_plane_without_pods_has_a_topic_alone" {
  command = plan

  module {
    source = "../modules/observability"
  }

  variables {
    name         = "test"
    alarm_emails = ["oncall@example.com"]
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 0 && length(aws_cloudwatch_log_group.cluster) == 0
    error_message = "Without a cluster there is nothing to watch but what others alarm about."
  }
}

run "a_budget_counts_what_bears_the_tag" {
  command = plan

  module {
    source = "../modules/guardrails"
  }

  variables {
    name               = "test"
    alarm_emails       = ["oncall@example.com"]
    topic_arn          = "arn:aws:sns:eu-central-1:123456789012:alarms"
    monthly_budget_usd = 100
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/1"
    cost_tag           = { key = "clientele:cell", value = "small" }
  }

  assert {
    condition     = one(one(aws_budgets_budget.this.cost_filter).values) == "user:clientele:cell$small"
    error_message = "AWS writes a tag of ours as user:KEY$VALUE."
  }
}

run "guards_of_the_account_are_asked_for" {
  command = plan

  module {
    source = "../modules/guardrails"
  }

  variables {
    name               = "test"
    alarm_emails       = ["oncall@example.com"]
    topic_arn          = "arn:aws:sns:eu-central-1:123456789012:alarms"
    monthly_budget_usd = 100
  }

  assert {
    condition     = length(aws_cloudtrail.this) == 0 && length(aws_guardduty_detector.this) == 0 && length(aws_backup_vault_lock_configuration.this) == 0
    error_message = "Trail, GuardDuty and the lock of backups are switched on by name."
  }
}
