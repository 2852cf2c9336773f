variable "name" {
  description = "Name of the cell that is copied to this region."
  type        = string
}

variable "source_arn" {
  description = "The database server that is copied."
  type        = string
}

variable "backup_days" {
  description = "Days that copied backups are kept."
  type        = number
}

variable "kms_key_arn" {
  description = "Key of this region that encrypts the copies."
  type        = string
}

variable "replica" {
  description = "A server of this region that follows the source; null keeps copied backups alone."
  type = object({
    instance_class  = string
    vpc_id          = string
    subnet_ids      = list(string)
    multi_az        = optional(bool, false)
    engine_version  = string
    max_connections = number
    max_storage_gib = number
    security_cidrs  = map(string)
  })
  default = null
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the replica."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of the copies."
  type        = map(string)
  default     = {}
}
