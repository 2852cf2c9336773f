variable "name" {
  description = "Name of the cell; prefix of everything."
  type        = string
}

variable "public_host" {
  description = "PUBLIC_HOST: the domain that the certificate covers, with every name below it."
  type        = string
}

variable "zone_id" {
  description = "Route 53 zone of the public host."
  type        = string
}

variable "proves_domain" {
  description = "Whether this module keeps the records that prove the domain to ACM. Of several cells below one domain exactly one does: the records are the same for all."
  type        = bool
  default     = true
}

variable "authorities" {
  description = "Who may issue certificates for the public host and names below it; empty leaves that open. Kept where the domain is proved."
  type        = set(string)
  default     = ["amazon.com"]
}

variable "workspace_records" {
  description = "Workspaces of this cell that the wildcard record does not lead here, by subdomain: the host name of this cell's load balancer."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for subdomain in keys(var.workspace_records) : can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", subdomain))])
    error_message = "A workspace's record is one label below the public host."
  }
}

variable "requests_per_address" {
  description = "Requests in five minutes from one address beyond which it is refused; offices share one."
  type        = number
  default     = 6000

  validation {
    condition     = var.requests_per_address >= 100
    error_message = "WAF counts from 100 requests in five minutes upwards."
  }
}

variable "logins_per_address" {
  description = "Attempts in five minutes from one address to log in, to sign up or to have a password reset."
  type        = number
  default     = 200

  validation {
    condition     = var.logins_per_address >= 10
    error_message = "WAF counts from 10 requests in five minutes upwards."
  }
}

variable "logs_key_arn" {
  description = "Key of the log of refused requests."
  type        = string
}

variable "log_days" {
  description = "Days that the log of refused requests is kept."
  type        = number
  default     = 30
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}
