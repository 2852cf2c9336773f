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

variable "own_domains" {
  description = "Companies' own domains (crm.acme.com), whose pages may send files; the chart's ingress.ownDomains serves them."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for domain in var.own_domains : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", domain))])
    error_message = "A company's own domain is one such as crm.acme.com, without scheme, port or path."
  }
}

variable "operators_subdomain" {
  description = "Name of the operators' workspace below the public host."
  type        = string
  default     = "ops"
  nullable    = false
}

variable "zone_id" {
  description = "Route 53 zone of the public host; not needed with control_plane, which names it."
  type        = string
  default     = null
}

variable "control_plane" {
  description = "The control plane (output cell_inputs of the root that holds it), or null: this cell's server holds it as well."
  type = object({
    region            = string
    cidr              = string
    vpc_id            = string
    route_table_id    = string
    security_group_id = string
    host              = string
    port              = number
    database_cidrs    = list(string)
    zone_id           = string
    repository_url    = string
    secrets           = map(string)
    admin_secret_arn  = string
    key_arns          = list(string)
  })
  default = null

  validation {
    condition     = (var.control_plane == null) != (var.zone_id == null)
    error_message = "Name the zone of the public host (zone_id) or the control plane that knows it, not both."
  }
}

variable "owns_control_plane" {
  description = "Whether this cell's releases migrate the control plane; exactly one cell does, in the control plane's region."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.owns_control_plane || try(var.control_plane.region == var.region, true)
    error_message = "The cell that migrates the control plane lies in its region, where the secrets of its server are."
  }
}

variable "engine_version" {
  description = "Version of PostgreSQL."
  type        = string
  default     = "18"
  nullable    = false
}

variable "kubernetes_version" {
  description = "Version of Kubernetes."
  type        = string
  default     = "1.34"
  nullable    = false
}

variable "api_cidrs" {
  description = "Addresses from which the Kubernetes API is reached from outside; empty keeps it private."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = !contains(var.api_cidrs, "0.0.0.0/0")
    error_message = "The Kubernetes API is not for everybody: name the addresses of offices and of CI."
  }
}

variable "administrators" {
  description = "IAM principals that administer the cluster, by a name for each."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "viewers" {
  description = "IAM principals that may look at the cluster, by a name for each."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "releasers" {
  description = "IAM principals that release the product into the cluster and nothing else (CI), by a name for each."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "client_cidrs" {
  description = "Addresses from which people reach the product; some customers want their own alone."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false
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

variable "disaster_kms_key_arn" {
  description = "The customer's own key of the other region, for the copies there; needed with kms_key_arn and disaster_region."
  type        = string
  default     = null

  validation {
    condition     = var.disaster_kms_key_arn != null || var.kms_key_arn == null || var.disaster_region == null
    error_message = "Copies in another region need a key of the customer there as well: disaster_kms_key_arn."
  }
}

variable "disaster_region" {
  description = "Another region that gets copies of backups and files and, of a large cell, a database that follows; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.disaster_region != var.region
    error_message = "Copies in the region of the cell survive nothing: name another region."
  }
}

variable "disaster_cidr" {
  description = "Addresses of the network in the other region, for a large cell's database there."
  type        = string
  default     = null

  validation {
    condition     = var.disaster_cidr != null || var.disaster_region == null || var.tier != "large"
    error_message = "A large cell's database in another region needs a network: disaster_cidr."
  }
}

variable "further_regions" {
  description = "Regions of further cells that read the secrets of the control plane that this cell holds."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "serves" {
  description = "Tiers of further cells that use the control plane that this cell holds, by name; their connections count."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "guards_account" {
  description = "Whether the account's trail and GuardDuty are made here, once an account; null: where the control plane is held."
  type        = bool
  default     = null
}

variable "lock_backups" {
  description = "Whether nobody can remove a backup before its time. Three days after it was switched on this cannot be undone."
  type        = bool
  default     = false
  nullable    = false
}

variable "sizes" {
  description = "What is sized otherwise than the tier says; see module sizing."
  type        = any
  default     = {}
  nullable    = false
}

variable "config" {
  description = "Further plain variables of the product by their names (EMAIL_HOST, CONTACT_EMAIL, ...); no secrets."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.config) : !can(regex("(SECRET|PASSWORD|_KEY$|_DSN$|DATABASE_URL$|OWNER_URL$)", name))])
    error_message = "A secret does not belong into config, where everybody reads it: put it into the secret app."
  }
}

variable "secret_versions" {
  description = "A number by group of secrets (admin, cell, jobs, owner, and with the control plane control and controlOwner); a higher one makes a new password."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.secret_versions), ["admin", "cell", "jobs", "owner", "control", "controlOwner"])) == 0
    error_message = "Passwords are of the groups admin, cell, jobs, owner, control and controlOwner; the secret app is changed by hand."
  }
}

variable "deletion_protection" {
  description = "Whether databases refuse to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "force_destroy" {
  description = "Whether buckets go with what is in them, and databases without a last snapshot; for tests alone."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Further tags of everything."
  type        = map(string)
  default     = {}
  nullable    = false
}
