locals {
  # The field that names our vault, by kind of event.
  failures = {
    backup = { event = "Backup Job State Change", vault = "backupVaultArn" }
    copy   = { event = "Copy Job State Change", vault = "sourceBackupVaultArn" }
  }
}

resource "aws_cloudwatch_event_rule" "backups" {
  for_each = local.failures

  name        = "${var.name}-${each.key}-failed"
  description = "A ${each.key} of ${var.name}'s vault did not come about"
  tags        = var.tags

  event_pattern = jsonencode({
    source      = ["aws.backup"]
    detail-type = [each.value.event]
    detail = {
      state              = ["ABORTED", "EXPIRED", "FAILED"]
      (each.value.vault) = [aws_backup_vault.this.arn]
    }
  })
}

resource "aws_cloudwatch_event_target" "backups" {
  for_each = local.failures

  rule = aws_cloudwatch_event_rule.backups[each.key].name
  arn  = var.topic_arn
}
