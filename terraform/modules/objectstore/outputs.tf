output "bucket" {
  description = "S3_BUCKET."
  value       = aws_s3_bucket.this.id
}

output "arn" {
  description = "ARN of the bucket, once it keeps versions: copies are taken by no other."
  value       = aws_s3_bucket.this.arn
  depends_on  = [aws_s3_bucket_versioning.this]
}

output "region" {
  description = "S3_REGION."
  value       = aws_s3_bucket.this.region
}

output "role_arn" {
  description = "S3_ROLE_ARN: assumed for one workspace at a time. Null without service_roles."
  value       = one([for role in aws_iam_role.workspace : role.arn])
}
