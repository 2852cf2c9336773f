variable "name" {
  description = "Name of the cell or plane; prefix of everything."
  type        = string
}

variable "alarm_emails" {
  description = "Who hears of the budget."
  type        = set(string)

  validation {
    condition     = length(var.alarm_emails) > 0
    error_message = "Somebody must hear of the budget."
  }
}

variable "topic_arn" {
  description = "Where failed backups and findings are told (output topic_arn of module observability)."
  type        = string
}

variable "monthly_budget_usd" {
  description = "US dollars a month: told at 80 % spent, and when the forecast passes all of it."
  type        = number

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "A budget is more than nothing."
  }
}

variable "cost_tag" {
  description = "Key and value of the tag whose costs count (activate it for cost allocation); null counts the whole account."
  type = object({
    key   = string
    value = string
  })
  default = null
}

variable "backups" {
  description = "ARNs of what is backed up daily beside its own point-in-time recovery, by a name for each."
  type        = map(string)
  default     = {}
}

variable "backup_days" {
  description = "Days that daily backups are kept; monthly ones are kept for a year."
  type        = number
  default     = 35

  validation {
    condition     = var.backup_days >= 7
    error_message = "Backups are kept for a week at least."
  }
}

variable "kms_key_arn" {
  description = "Key of the backups."
  type        = string
}

variable "copy_vault_arn" {
  description = "Vault of another region or account that gets a copy of each backup; null for none."
  type        = string
  default     = null
}

variable "vault_lock" {
  description = "Whether nobody, not even an administrator, can remove a backup before its time. After three days this cannot be undone."
  type        = bool
  default     = false
}

variable "guards_account" {
  description = "Whether the account's trail of API calls and GuardDuty are made here; once per account, so one cell or the control plane."
  type        = bool
  default     = false
}

variable "trail_key_arn" {
  description = "Key of the trail (its policy lets CloudTrail use it); needed with guards_account."
  type        = string
  default     = null

  validation {
    condition     = !var.guards_account || var.trail_key_arn != null
    error_message = "The account's trail needs a key: trail_key_arn."
  }
}

variable "force_destroy" {
  description = "Whether the vault and the trail's bucket go with what is in them; for tests alone."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}
