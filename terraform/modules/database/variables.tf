variable "name" {
  description = "Identifier of the server."
  type        = string
}

variable "vpc_id" {
  description = "Network of the server."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of at least two zones, without a way out."
  type        = list(string)
}

variable "client_cidrs" {
  description = "Addresses that may connect, by a name for each."
  type        = map(string)
  default     = {}
}

variable "kms_key_arn" {
  description = "Key of storage, snapshots, Performance Insights and the administrator's secret."
  type        = string
}

variable "logs_key_arn" {
  description = "Key of the exported logs."
  type        = string
}

variable "source_arn" {
  description = "A server of another region that this one follows as a replica; null for a server of its own. Setting it back to null, and naming secrets_path, promotes the replica."
  type        = string
  default     = null
}

variable "secrets_path" {
  description = "Path before the name of the administrator's secret: clientele/CELL; null for a replica, which has its source's administrator."
  type        = string
  default     = null

  validation {
    condition     = (var.secrets_path == null) == (var.source_arn != null)
    error_message = "A server of its own needs secrets_path for its administrator; a replica (source_arn) has none."
  }
}

variable "admin_version" {
  description = "A higher number makes a new password of the administrator."
  type        = number
  default     = 1
}

variable "recovery_days" {
  description = "Days in which the administrator's secret, deleted, can be had back; 0 for tests alone."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "A deleted secret is kept between 7 and 30 days, or not at all (0)."
  }
}

variable "engine_version" {
  description = "Version of PostgreSQL, major or major.minor."
  type        = string
  default     = "18"

  validation {
    condition     = can(regex("^1[78](\\.[0-9]+)?$", var.engine_version))
    error_message = "Clientele runs on PostgreSQL 17 and 18."
  }
}

variable "instance_class" {
  description = "Class of the server."
  type        = string
}

variable "storage_gib" {
  description = "GiB of storage at the start."
  type        = number
}

variable "max_storage_gib" {
  description = "GiB up to which storage grows by itself."
  type        = number
}

variable "max_connections" {
  description = "Connections that the server takes."
  type        = number
}

variable "multi_az" {
  description = "Whether a synchronous standby waits in another zone."
  type        = bool
  default     = true
}

variable "backup_days" {
  description = "Days to any moment of which the server can be brought back."
  type        = number
  default     = 14

  validation {
    condition     = var.backup_days >= 7 && var.backup_days <= 35
    error_message = "Point-in-time recovery reaches back between 7 and 35 days."
  }
}

variable "replicas" {
  description = "Read replicas in the same region, by name."
  type = map(object({
    instance_class = string
  }))
  default = {}
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the server."
  type        = bool
  default     = true
}

variable "skip_final_snapshot" {
  description = "Whether a deleted server leaves no snapshot; for tests alone."
  type        = bool
  default     = false
}

variable "alarm_topic_arn" {
  description = "Where alarms go."
  type        = string
}

variable "tags" {
  description = "Tags of the server."
  type        = map(string)
  default     = {}
}
