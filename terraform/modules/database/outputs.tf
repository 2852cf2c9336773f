output "identifier" {
  description = "Name of the server."
  value       = aws_db_instance.this.identifier
}

output "arn" {
  description = "ARN of the server."
  value       = aws_db_instance.this.arn
}

output "host" {
  description = "Host name of the server that takes writes."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Its port."
  value       = aws_db_instance.this.port
}

output "replica_hosts" {
  description = "Host names of the read replicas, by name."
  value       = { for name, replica in aws_db_instance.replica : name => replica.address }
}

output "security_group_id" {
  description = "Security group of the server, to which who else may connect adds a rule."
  value       = aws_security_group.this.id
}

output "admin_secret_arn" {
  description = "The secret with user name and password of the administrator; null of a replica."
  value       = one([for secret in aws_secretsmanager_secret.admin : secret.arn])
}
