variable "region" {
  description = "AWS region of the states."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket, unique in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,56}[a-z0-9]$", var.bucket))
    error_message = "A bucket is named by 3 to 58 lower-case letters, digits and hyphens, no dots."
  }
}

variable "force_destroy" {
  description = "Whether the bucket goes with the states in it; for tests alone."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of bucket and key."
  type        = map(string)
  default     = {}
}
