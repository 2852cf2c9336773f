variable "name" {
  description = "Path before the names of the secrets: clientele/CELL."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of the secrets."
  type        = string
}

variable "addresses" {
  description = "Secrets with the address of a database each, by group: the variable, the role, the server, the database."
  type = map(object({
    variable = string
    role     = string
    host     = string
    port     = number
    database = string
  }))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.addresses), ["control", "cell", "jobs", "owner", "controlOwner"])) == 0
    error_message = "Addresses are of the groups control, cell, jobs, owner and controlOwner."
  }
}

variable "app" {
  description = "Whether to make the secret of the installation itself (SECRET_KEY, and by hand the keys of partners)."
  type        = bool
  default     = false
}

variable "versions" {
  description = "A number by group; a higher one makes a new password. Missing ones are 1."
  type        = map(number)
  default     = {}

  validation {
    condition     = !contains(keys(var.versions), "app")
    error_message = "The secret app holds what people put in by hand; it is changed by hand, never made anew."
  }
}

variable "ca_path" {
  description = "Where pods find the certificates that the databases are checked against."
  type        = string
  default     = "/etc/clientele/database/ca.pem"
}

variable "replica_regions" {
  description = "Further regions that get what all cells share (app and control): the key of each there, or null for AWS' own."
  type        = map(string)
  default     = {}
}

variable "recovery_days" {
  description = "Days in which a deleted secret can be had back; 0 for tests alone."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "A deleted secret is kept between 7 and 30 days, or not at all (0)."
  }
}

variable "tags" {
  description = "Tags of the secrets."
  type        = map(string)
  default     = {}
}
