variable "name" {
  description = "Name of the cell or plane; prefix of the keys' aliases."
  type        = string
}

variable "purposes" {
  description = "What gets a key of its own: cluster, database, files, logs, secrets, trail."
  type        = set(string)
  default     = ["cluster", "database", "files", "logs", "secrets"]

  validation {
    condition     = length(setsubtract(var.purposes, ["cluster", "database", "files", "logs", "secrets", "trail"])) == 0
    error_message = "Keys are made for cluster, database, files, logs, secrets and trail."
  }
}

variable "deletion_days" {
  description = "Days between the order to delete a key and the end of everything that it encrypts."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_days >= 7 && var.deletion_days <= 30
    error_message = "AWS waits between 7 and 30 days before it deletes a key."
  }
}

variable "tags" {
  description = "Tags of the keys."
  type        = map(string)
  default     = {}
}
