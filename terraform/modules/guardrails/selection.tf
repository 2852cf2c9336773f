resource "aws_backup_selection" "this" {
  for_each = toset(length(var.backups) > 0 ? [var.name] : [])

  name         = each.key
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = values(var.backups)
}
