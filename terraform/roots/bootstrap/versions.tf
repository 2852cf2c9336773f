# The state of this root lies beside it: it makes the bucket that all others use. Keep the file, or
# move it into the bucket afterwards (docs/cloud/install.md).
terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 6.0.0"
    }
  }
}
