variable "name" {
  description = "Name of the cell (CELL of its pods): lower-case letters, digits and hyphens."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "A cell is named by 3 to 24 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "tier" {
  description = "small, medium or large."
  type        = string

  validation {
    condition     = contains(["small", "medium", "large"], var.tier)
    error_message = "A cell is small, medium or large."
  }
}

variable "region" {
  description = "AWS region of the cell; the provider must be of the same."
  type        = string
}

variable "residency" {
  description = "Where customers were promised that their data stays (a country, EU, ...); a tag of everything."
  type        = string
}

variable "cidr" {
  description = "Addresses of the cell's network, which no other cell and not the control plane may use."
  type        = string
}

variable "public_host" {
  description = "PUBLIC_HOST: the domain below which each workspace has its own name."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.public_host))
    error_message = "The public host is a domain such as crm.example.com, without scheme, port or path."
  }
}

variable "operators_subdomain" {
  description = "Name of the operators' workspace below the public host."
  type        = string
  default     = "ops"
}

variable "zone_id" {
  description = "Route 53 zone of the public host; not needed with control_plane, which names it."
  type        = string
  default     = null
}

variable "control_plane" {
  description = "The control plane (output cell_inputs of its root), or null: this cell's server holds it as well."
  type = object({
    region            = string
    vpc_id            = string
    cidr              = string
    route_table_id    = string
    security_group_id = string
    host              = string
    port              = number
    zone_id           = string
    repository_url    = string
    secrets           = map(string)
    admin_secret_arn  = string
    secret_arns       = list(string)
    key_arn           = string
  })
  default = null
}

variable "owns_control_plane" {
  description = "Whether this cell's releases migrate the control plane; exactly one cell does, in the control plane's region."
  type        = bool
  default     = false
}

variable "kubernetes_version" {
  description = "Version of Kubernetes."
  type        = string
  default     = "1.34"
}

variable "api_cidrs" {
  description = "Addresses from which the Kubernetes API is reached from outside; empty keeps it private."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.api_cidrs, "0.0.0.0/0")
    error_message = "The Kubernetes API is not for everybody: name the addresses of offices and of CI."
  }
}

variable "administrators" {
  description = "IAM principals that administer the cluster, by a name for each."
  type        = map(string)
  default     = {}
}

variable "client_cidrs" {
  description = "Addresses from which people reach the product; some customers want their own alone."
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "alarm_emails" {
  description = "Who hears of alarms and of the budget."
  type        = set(string)

  validation {
    condition     = length(var.alarm_emails) > 0
    error_message = "Somebody must hear of alarms."
  }
}

variable "monthly_budget_usd" {
  description = "US dollars a month beyond which somebody is told; null takes the tier's."
  type        = number
  default     = null
}

variable "kms_key_arn" {
  description = "A customer's own key for everything in the cell (by contract); null makes keys of the cell."
  type        = string
  default     = null
}

variable "disaster_region" {
  description = "Another region that gets copies of backups, files and, for a large cell, a replica; null for none."
  type        = string
  default     = null
}

variable "disaster_cidr" {
  description = "Addresses of the network in the other region, for a large cell's replica."
  type        = string
  default     = null
}

variable "sizes" {
  description = "What is sized otherwise than the tier says; see module sizing."
  type        = any
  default     = {}
}

variable "config" {
  description = "Further plain variables of the product by their names (EMAIL_HOST, CONTACT_EMAIL, ...); no secrets."
  type        = map(string)
  default     = {}
}

variable "secret_versions" {
  description = "A number by group of secrets; a higher one makes a new password."
  type        = map(number)
  default     = {}
}

variable "deletion_protection" {
  description = "Whether databases, load balancers and backups refuse to be deleted."
  type        = bool
  default     = true
}

variable "force_destroy" {
  description = "Whether buckets go with what is in them, and databases without a last snapshot; for tests alone."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Further tags of everything."
  type        = map(string)
  default     = {}
}
