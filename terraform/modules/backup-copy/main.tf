# Snapshots and transaction logs follow within minutes, so that the other region can bring the server
# back to almost the last moment. A module of its own, since no emulator knows the call.
resource "aws_db_instance_automated_backups_replication" "this" {
  source_db_instance_arn = var.source_arn
  retention_period       = var.backup_days
  kms_key_id             = var.kms_key_arn
}
