# What moto lacks, for ministack: access entries, add-ons, pod identity, budgets, the selection of
# backups.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region            = "eu-central-1"
  s3_use_path_style = true
}

resource "aws_kms_key" "this" {
  description = "Backups"
}

resource "aws_sns_topic" "this" {
  name = "alarms"
}

resource "aws_iam_role" "cluster" {
  name = "cluster"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }]
  })
}

resource "aws_vpc" "this" {
  cidr_block = "10.90.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = { a = "10.90.1.0/24", b = "10.90.2.0/24" }

  vpc_id     = aws_vpc.this.id
  cidr_block = each.value
}

resource "aws_eks_cluster" "this" {
  name     = "clientele-test"
  role_arn = aws_iam_role.cluster.arn

  vpc_config {
    subnet_ids = [for subnet in aws_subnet.this : subnet.id]
  }
}

module "cluster_access" {
  source = "../../modules/cluster-access"

  cluster_name    = aws_eks_cluster.this.name
  vpc_id          = aws_vpc.this.id
  administrators  = { platform = "arn:aws:iam::000000000000:role/platform" }
  viewers         = { auditor = "arn:aws:iam::000000000000:role/auditor" }
  releasers       = { ci = "arn:aws:iam::000000000000:role/ci" }
  secret_arns     = ["arn:aws:secretsmanager:eu-central-1:000000000000:secret:clientele/test/*"]
  secret_key_arns = [aws_kms_key.this.arn]
  zone_ids        = ["Z123"]
}

module "guardrails" {
  source = "../../modules/guardrails"

  name               = "clientele-test"
  alarm_emails       = ["oncall@example.com"]
  topic_arn          = aws_sns_topic.this.arn
  monthly_budget_usd = 730
  cost_tag           = { key = "clientele:cell", value = "test" }
  backups            = { database = "arn:aws:rds:eu-central-1:000000000000:db:clientele-test" }
  kms_key_arn        = aws_kms_key.this.arn
  force_destroy      = true
}
