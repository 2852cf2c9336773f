variable "name" {
  description = "Name of the cell or plane that has copies in this region."
  type        = string
}

variable "files_name" {
  description = "Name of the bucket with the copies of files; null where there are none (a control plane)."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "A customer's own key of this region for everything in it; null takes keys that are made here."
  type        = string
  default     = null
}

variable "backup_days" {
  description = "Days that copied backups are kept."
  type        = number
}

variable "alarm_emails" {
  description = "Who hears of alarms of this region."
  type        = set(string)
}

variable "replica" {
  description = "A server of this region that follows the cell's, in a network of its own; null keeps copies alone."
  type = object({
    source_arn      = string
    cidr            = string
    az_count        = number
    instance_class  = string
    storage_gib     = number
    max_storage_gib = number
    max_connections = number
    engine_version  = string
  })
  default = null
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the replica."
  type        = bool
  default     = true
}

variable "force_destroy" {
  description = "Whether bucket and vault go with what is in them; for tests alone."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of the copies."
  type        = map(string)
  default     = {}
}
