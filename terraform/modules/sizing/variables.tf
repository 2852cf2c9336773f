variable "tier" {
  description = "What is sized: small, medium or large for a cell, control for the control plane's own database."
  type        = string

  validation {
    condition     = contains(["small", "medium", "large", "control"], var.tier)
    error_message = "A tier is small, medium, large or control."
  }
}

variable "shares_control_plane" {
  description = "Whether the cell's database server also holds the control plane; each thread then keeps two connections to it."
  type        = bool
  default     = false
}

variable "serves" {
  description = "Tiers of further cells whose pods use the control plane on this server, by the cells' names."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for tier in values(var.serves) : contains(["small", "medium", "large"], tier)])
    error_message = "A cell that is served is small, medium or large."
  }
}

variable "overrides" {
  description = "What an installation sizes otherwise than its tier: class and storage of the database, the nodes, the most pods."
  type = object({
    database_class       = optional(string)
    database_storage_gib = optional(number)
    max_connections      = optional(number)
    nat_mode             = optional(string)
    node_type            = optional(string)
    node_min             = optional(number)
    node_max             = optional(number)
    web_min              = optional(number)
    web_max              = optional(number)
    worker_min           = optional(number)
    worker_max           = optional(number)
  })
  default  = {}
  nullable = false
}
