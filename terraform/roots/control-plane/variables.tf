variable "region" {
  description = "AWS region of the control plane."
  type        = string
}

variable "residency" {
  description = "Where companies were promised that their contracts and addresses stay: a country, EU, ..."
  type        = string
}

variable "cidr" {
  description = "Addresses of the control plane's network, which no cell may use."
  type        = string
  default     = "10.0.0.0/16"
}

variable "public_host" {
  description = "The domain of the installation, for which a Route 53 zone is made: crm.example.com."
  type        = string
}

variable "cells" {
  description = "Tiers of the cells that use this control plane, by name; their connections must fit its server."
  type        = map(string)
  default     = {}
}

variable "cell_regions" {
  description = "Other regions that have cells; the secrets that all cells share are copied there."
  type        = set(string)
  default     = []
}

variable "disaster_region" {
  description = "Another region that gets copies of backups and of the secrets that all cells share; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.disaster_region != var.region
    error_message = "Copies in the region of the control plane survive nothing: name another region."
  }
}

variable "sizes" {
  description = "What is sized otherwise: database_class, database_storage_gib, max_connections."
  type        = any
  default     = {}
}

variable "secret_versions" {
  description = "A number by group of secrets (admin, control, controlOwner); a higher one makes a new password."
  type        = map(number)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.secret_versions), ["admin", "control", "controlOwner"])) == 0
    error_message = "Passwords are of the groups admin, control and controlOwner; the secret app is changed by hand."
  }
}

variable "alarm_emails" {
  description = "Who hears of alarms and of the budget."
  type        = set(string)
}

variable "monthly_budget_usd" {
  description = "US dollars a month beyond which somebody is told; null takes the usual."
  type        = number
  default     = null
}

variable "guards_account" {
  description = "Whether the account's trail and GuardDuty are made here."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted."
  type        = bool
  default     = true
}

variable "force_destroy" {
  description = "Whether images, backups and the database go without a trace; for tests alone."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Further tags of everything."
  type        = map(string)
  default     = {}
}
