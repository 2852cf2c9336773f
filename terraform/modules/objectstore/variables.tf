variable "name" {
  description = "Name of the bucket; its log bucket is called NAME-logs."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,56}[a-z0-9]$", var.name))
    error_message = "A bucket is named by 3 to 58 lower-case letters, digits and hyphens, no dots."
  }
}

variable "kms_key_arn" {
  description = "Key of the files."
  type        = string
}

variable "origins" {
  description = "Pages that may send and fetch files: https://*.crm.example.com. Empty for a copy in another region."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.origins : startswith(origin, "https://")])
    error_message = "Pages that send files are https:// origins."
  }

  validation {
    condition     = !contains(var.origins, "https://*")
    error_message = "The pages of everybody may not send files: name the public host."
  }
}

variable "service_roles" {
  description = "Roles of the processes that keep files (output service_roles of module cluster); empty for a copy."
  type = map(object({
    name = string
    arn  = string
  }))
  default = {}
}

variable "incoming_days" {
  description = "Days after which what nobody took out of incoming/ is thrown away."
  type        = number
  default     = 2
}

variable "old_version_days" {
  description = "Days for which what was overwritten or removed can be brought back."
  type        = number
  default     = 30
}

variable "log_days" {
  description = "Days that the log of accesses is kept."
  type        = number
  default     = 365
}

variable "replica" {
  description = "Bucket of another region that follows this one, and the key there; null for none."
  type = object({
    bucket_arn  = string
    kms_key_arn = string
  })
  default = null
}

variable "force_destroy" {
  description = "Whether the buckets go with what is in them; for tests alone."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}
