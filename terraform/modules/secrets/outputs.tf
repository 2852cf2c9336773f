output "names" {
  description = "Names of the secrets by group."
  value       = { for group, secret in aws_secretsmanager_secret.this : group => secret.name }
}

output "arns" {
  description = "ARNs of the secrets by group, in the region where they are made."
  value       = { for group, secret in aws_secretsmanager_secret.this : group => secret.arn }
}
