output "vault_arn" {
  description = "The vault, for copies of other regions."
  value       = aws_backup_vault.this.arn
}
