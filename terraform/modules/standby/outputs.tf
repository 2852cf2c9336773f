output "files_arn" {
  description = "Bucket with the copies of files, or null."
  value       = one([for files in module.files : files.arn])
}

output "key_arns" {
  description = "Keys of this region by purpose: database, files, logs, secrets."
  value       = local.key_arns
}

output "vault_arn" {
  description = "Vault that takes copies of backups."
  value       = aws_backup_vault.this.arn
}

output "replica_host" {
  description = "Host name of the server that follows, or null."
  value       = one([for database in module.database : database.host])
}

output "lag_alarms" {
  description = "Alarms on the server that follows; none where none does."
  value       = [for alarm in aws_cloudwatch_metric_alarm.lag : alarm.alarm_name]
}
