output "arns" {
  description = "The keys' ARNs by purpose."
  value       = { for purpose in var.purposes : purpose => aws_kms_key.this[purpose].arn }
}
