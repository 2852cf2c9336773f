variable "region" {
  description = "AWS region of the cell."
  type        = string
}

variable "residency" {
  description = "Where customers were promised that their data stays: a country, EU, ..."
  type        = string
}

variable "name" {
  description = "Name of the cell (CELL of its pods)."
  type        = string
}

variable "cidr" {
  description = "Addresses of the cell's network, which no other cell and not the control plane may use."
  type        = string
}

variable "public_host" {
  description = "The domain below which each workspace has its own name: crm.example.com."
  type        = string
}

variable "own_domains" {
  description = "Companies' own domains (crm.acme.com), whose pages may send files."
  type        = set(string)
  default     = []
}

variable "operators_subdomain" {
  description = "Name of the operators' workspace below the public host."
  type        = string
  default     = "ops"
}

variable "zone_id" {
  description = "Route 53 zone of the public host; not with control_plane, which knows it."
  type        = string
  default     = null
}

variable "control_plane" {
  description = "The control plane, as output cell_inputs of the root that holds it says; null: this cell holds it as well."
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
}

variable "owns_control_plane" {
  description = "Whether this cell's releases migrate a control plane of its own root; exactly one cell does."
  type        = bool
  default     = false
}

variable "api_cidrs" {
  description = "Addresses from which the Kubernetes API is reached from outside; empty keeps it private."
  type        = list(string)
  default     = []
}

variable "administrators" {
  description = "IAM principals that administer the cluster, by a name for each."
  type        = map(string)
  default     = {}
}

variable "viewers" {
  description = "IAM principals that may look at the cluster, by a name for each."
  type        = map(string)
  default     = {}
}

variable "releasers" {
  description = "IAM principals that release the product into the cluster (CI), by a name for each."
  type        = map(string)
  default     = {}
}

variable "client_cidrs" {
  description = "Addresses from which people reach the product."
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "alarm_emails" {
  description = "Who hears of alarms and of the budget."
  type        = set(string)
}

variable "monthly_budget_usd" {
  description = "US dollars a month beyond which somebody is told; null takes the tier's."
  type        = number
  default     = null
}

variable "sizes" {
  description = "What is sized otherwise than the tier says: database_class, node_max, web_max, ...; see module sizing."
  type        = any
  default     = {}
}

variable "kms_key_arn" {
  description = "The customer's own key for everything in the cell, by contract; null makes keys of the cell."
  type        = string
  default     = null
}

variable "disaster_kms_key_arn" {
  description = "The customer's own key of disaster_region; needed with kms_key_arn."
  type        = string
  default     = null
}

variable "config" {
  description = "Further plain variables of the product by their names (EMAIL_HOST, ...); no secrets."
  type        = map(string)
  default     = {}
}

variable "secret_versions" {
  description = "A number by group of secrets (admin, cell, jobs, owner, control, controlOwner); a higher one makes a new password."
  type        = map(number)
  default     = {}
}

variable "disaster_region" {
  description = "Another region that gets copies of backups and files and a database that follows."
  type        = string
  nullable    = false
}

variable "disaster_cidr" {
  description = "Addresses of the network in the other region, for the database that follows there."
  type        = string
}

variable "further_regions" {
  description = "Regions of further cells that read the secrets of the control plane that this cell holds."
  type        = set(string)
  default     = []
}

variable "serves" {
  description = "Tiers of further cells that use the control plane that this cell holds, by name."
  type        = map(string)
  default     = {}
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
}

variable "deletion_protection" {
  description = "Whether databases refuse to be deleted."
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
