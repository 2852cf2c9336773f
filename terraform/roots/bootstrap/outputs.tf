output "backend" {
  description = "The lines of backend.hcl, to which each root adds its key."
  value = {
    bucket     = aws_s3_bucket.states.id
    region     = var.region
    kms_key_id = aws_kms_key.states.arn
  }
}
