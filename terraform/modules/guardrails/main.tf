# budget.tf: what it costs. backups.tf, selection.tf, notifications.tf: daily copies. account.tf,
# features.tf: what the account does.
data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
