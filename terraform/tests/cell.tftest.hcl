# Cells planned as a whole, and what they refuse. With the real provider, which asks the
# emulator at AWS_ENDPOINT_URL: what is ephemeral cannot be mocked.

provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "control"
  region = "eu-west-1"
}

provider "aws" {
  alias  = "disaster"
  region = "eu-west-1"
}

variables {
  name         = "twenty-four-letters-long"
  region       = "eu-central-1"
  residency    = "EU"
  cidr         = "10.20.0.0/16"
  public_host  = "crm.example.com"
  alarm_emails = ["oncall@example.com"]
}

run "small" {
  command = plan

  module {
    source = "../modules/cell"
  }

  variables {
    tier        = "small"
    zone_id     = "Z0123456789"
    own_domains = ["crm.acme.example"]
  }

  assert {
    condition     = local.origins == ["https://crm.example.com", "https://*.crm.example.com", "https://crm.acme.example"]
    error_message = "Pages of a company's own domain send files as well."
  }

  assert {
    condition     = local.helm_values.tier == "small" && local.helm_values.cell == "twenty-four-letters-long" && local.helm_values.database.control.ours
    error_message = "A small cell without a control plane elsewhere holds and migrates its own."
  }

  assert {
    condition     = local.helm_values.web.maxReplicas == 8 && local.helm_values.worker.maxReplicas == 6
    error_message = "The chart gets the numbers of the module sizing."
  }

  assert {
    condition     = local.helm_values.secrets.keys.controlOwner == "clientele/control/controlOwner" && local.helm_values.secrets.keys.controlAdmin == ""
    error_message = "One server holds both planes: one master."
  }

  assert {
    condition     = length(module.standby) == 0 && length(module.peering) == 0 && length(module.backup_copy) == 0
    error_message = "A small cell has no copies elsewhere unless it asks for them."
  }

  assert {
    condition     = local.guards_account && length(local.purposes) == 6
    error_message = "The only root of an account guards the account."
  }

  assert {
    condition     = alltrue([for name in local.readable_names : startswith(name, "clientele/")]) && length(local.readable_names) == 6
    error_message = "External Secrets reads the six secrets of this cell and its control plane, by name."
  }
}

run "medium_at_a_control_plane_elsewhere" {
  command = plan

  module {
    source = "../modules/cell"
  }

  variables {
    tier                 = "medium"
    disaster_region      = "eu-west-1"
    kms_key_arn          = "arn:aws:kms:eu-central-1:123456789012:key/customer"
    disaster_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/customer"
    control_plane = {
      region            = "eu-west-1"
      cidr              = "10.0.0.0/16"
      vpc_id            = "vpc-0a"
      route_table_id    = "rtb-0a"
      security_group_id = "sg-0a"
      host              = "control.example.com"
      port              = 5432
      database_cidrs    = ["10.0.224.0/22"]
      zone_id           = "Z0123456789"
      repository_url    = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/clientele"
      secrets           = { app = "clientele/control/app", control = "clientele/control/control", controlOwner = "clientele/control/controlOwner" }
      admin_secret_arn  = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:clientele/control/admin-AbCdEf"
      key_arns          = ["arn:aws:kms:eu-west-1:123456789012:key/a"]
    }
  }

  assert {
    condition     = !local.helm_values.database.control.ours && local.helm_values.secrets.keys.controlOwner == "" && local.helm_values.secrets.keys.controlAdmin == ""
    error_message = "A cell that does not own the control plane gets no key to change it."
  }

  assert {
    condition     = length(local.readable_names) == 5 && length(local.control_admin_arns) == 0
    error_message = "Nor may its External Secrets read them."
  }

  assert {
    condition     = local.helm_values.database.control.host == "control.example.com" && local.helm_values.database.control.cidrs == tolist(["10.0.224.0/22"])
    error_message = "The pods reach the control plane where it is."
  }

  assert {
    condition     = alltrue([for arn in values(local.key_arns) : arn == "arn:aws:kms:eu-central-1:123456789012:key/customer"])
    error_message = "A customer's own key is the key of everything."
  }

  assert {
    condition     = alltrue([for arn in values(module.standby["this"].key_arns) : arn == "arn:aws:kms:eu-west-1:123456789012:key/customer"])
    error_message = "Copies in the other region are under the customer's key there."
  }

  assert {
    condition     = length(module.keys.arns) == length(local.purposes)
    error_message = "Our keys stay beside a customer's: what was written before needs them."
  }

  assert {
    condition     = length(module.peering) == 1 && length(module.registry) == 0 && length(module.control_secrets) == 0 && !local.guards_account
    error_message = "What the control plane has is not made again."
  }

  assert {
    condition     = length(module.backup_copy) == 1 && length(module.standby) == 1 && length(local.control_keys) == 0
    error_message = "Backups are copied to the other region; keys of another region do not open secrets of this one."
  }
}

run "a_control_plane_that_leaves_its_region" {
  command = plan

  module {
    source = "../modules/cell"
  }

  variables {
    tier            = "small"
    zone_id         = "Z0123456789"
    disaster_region = "eu-west-1"
    further_regions = ["eu-north-1"]
  }

  assert {
    condition     = join(",", keys(local.secret_regions)) == "eu-north-1,eu-west-1" && local.secret_regions["eu-north-1"] == null
    error_message = "SECRET_KEY and the control plane's address survive the region."
  }
}

run "large" {
  command = plan

  module {
    source = "../modules/cell"
  }

  variables {
    tier            = "large"
    zone_id         = "Z0123456789"
    disaster_region = "eu-west-1"
    disaster_cidr   = "10.41.0.0/16"
  }

  assert {
    condition     = length(module.standby["this"].lag_alarms) == 1
    error_message = "What is lost with a region is what the server there has not heard yet: somebody is told."
  }
}

run "a_cell_where_the_control_plane_has_its_copies" {
  command = plan

  module {
    source = "../modules/cell"
  }

  variables {
    tier = "small"
    control_plane = {
      region            = "eu-west-1"
      cidr              = "10.0.0.0/16"
      vpc_id            = "vpc-0a"
      route_table_id    = "rtb-0a"
      security_group_id = "sg-0a"
      host              = "control.example.com"
      port              = 5432
      database_cidrs    = ["10.0.224.0/22"]
      zone_id           = "Z0123456789"
      repository_url    = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/clientele"
      secrets           = { app = "clientele/control/app", control = "clientele/control/control" }
      admin_secret_arn  = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:admin"
      key_arns          = ["arn:aws:kms:eu-west-1:123456789012:key/a", "arn:aws:kms:eu-central-1:123456789012:key/copies"]
    }
  }

  assert {
    condition     = join(",", local.control_keys) == "arn:aws:kms:eu-central-1:123456789012:key/copies"
    error_message = "The key of the copies opens them, and no key of the other region."
  }
}

run "a_customers_key_that_ends_at_the_border" {
  command = plan

  module {
    source = "../modules/cell"
  }

  variables {
    tier            = "medium"
    zone_id         = "Z0123456789"
    disaster_region = "eu-west-1"
    kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/customer"
  }

  expect_failures = [var.disaster_kms_key_arn]
}

run "a_control_plane_has_no_files_to_copy" {
  command = plan

  module {
    source = "../modules/standby"
  }

  variables {
    name         = "clientele-control"
    backup_days  = 35
    alarm_emails = ["oncall@example.com"]
  }

  assert {
    condition     = length(module.files) == 0 && length(aws_cloudwatch_metric_alarm.lag) == 0 && output.files_arn == null && length(module.keys.arns) == 4
    error_message = "Without files and a server there is no bucket and no alarm, and keys all the same."
  }
}

run "what_a_cell_refuses" {
  command = plan

  module {
    source = "../modules/cell"
  }

  variables {
    name            = "Not A Name"
    tier            = "large"
    zone_id         = null
    public_host     = "https://crm.example.com/"
    own_domains     = ["https://crm.acme.example"]
    api_cidrs       = ["0.0.0.0/0"]
    alarm_emails    = []
    disaster_region = "eu-central-1"
    config          = { STRIPE_API_KEY = "sk_live" }
    secret_versions = { app = 2 }
  }

  expect_failures = [
    var.name,
    var.public_host,
    var.own_domains,
    var.control_plane,
    var.api_cidrs,
    var.alarm_emails,
    var.disaster_region,
    var.config,
    var.secret_versions,
  ]
}
