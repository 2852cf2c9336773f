output "files_arn" {
  description = "Bucket with the copies of files."
  value       = module.files.arn
}

output "key_arns" {
  description = "Keys of this region by purpose: database, files, logs."
  value       = module.keys.arns
}

output "vault_arn" {
  description = "Vault that takes copies of backups."
  value       = aws_backup_vault.this.arn
}

output "replica_host" {
  description = "Host name of the server that follows, or null."
  value       = one([for database in module.database : database.host])
}
