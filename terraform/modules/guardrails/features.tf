resource "aws_guardduty_detector_feature" "this" {
  for_each = var.guards_account ? toset(["EKS_AUDIT_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS"]) : []

  detector_id = aws_guardduty_detector.this[var.name].id
  name        = each.key
  status      = "ENABLED"
}
