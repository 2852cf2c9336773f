output "id" {
  description = "The copied backups."
  value       = aws_db_instance_automated_backups_replication.this.id
}
