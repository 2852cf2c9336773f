# A server with replicas, a server that follows, and what neither may be. With the real provider, as
# in cell.tftest.hcl: what is ephemeral cannot be mocked.

provider "aws" {
  region = "eu-central-1"
}

variables {
  name            = "clientele-test"
  vpc_id          = "vpc-1"
  subnet_ids      = ["subnet-1", "subnet-2"]
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/1"
  logs_key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/2"
  instance_class  = "db.m7g.large"
  storage_gib     = 100
  max_storage_gib = 200
  max_connections = 500
  alarm_topic_arn = "arn:aws:sns:eu-central-1:123456789012:alarms"
}

run "a_server_that_others_follow" {
  command = plan

  module {
    source = "../modules/database"
  }

  variables {
    secrets_path  = "clientele/test"
    admin_version = 2
    replicas      = { reports = { instance_class = "db.m7g.large" } }
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password == null && length(aws_db_instance.replica) == 1
    error_message = "RDS refuses replicas of a server whose password it manages."
  }

  assert {
    condition     = aws_secretsmanager_secret.admin["admin"].name == "clientele/test/admin" && aws_secretsmanager_secret.admin["admin"].kms_key_id == var.kms_key_arn
    error_message = "The administrator is in a secret beside those of the cell, under the server's key."
  }

  assert {
    condition     = aws_db_instance.this.password_wo_version == 2 && aws_secretsmanager_secret_version.admin["admin"].secret_string_wo_version == 2
    error_message = "Server and secret get a new password together."
  }

  assert {
    condition     = aws_db_instance.replica["reports"].storage_encrypted
    error_message = "A replica is encrypted as its source is."
  }
}

run "a_server_that_follows" {
  command = plan

  module {
    source = "../modules/database"
  }

  variables {
    source_arn = "arn:aws:rds:eu-west-1:123456789012:db:clientele-test"
  }

  assert {
    condition     = length(aws_secretsmanager_secret.admin) == 0 && output.admin_secret_arn == null && aws_db_instance.this.password_wo_version == null
    error_message = "A replica has the administrator of its source."
  }

  assert {
    condition     = aws_db_instance.this.kms_key_id == var.kms_key_arn
    error_message = "In another region a replica has a key of that region."
  }
}

run "a_server_without_an_administrator" {
  command = plan

  module {
    source = "../modules/database"
  }

  expect_failures = [var.secrets_path]
}
