variable "source_arn" {
  description = "The database server whose backups are copied to the provider's region."
  type        = string
}

variable "backup_days" {
  description = "Days that the copies are kept."
  type        = number
}

variable "kms_key_arn" {
  description = "Key of the provider's region that encrypts the copies."
  type        = string
}
