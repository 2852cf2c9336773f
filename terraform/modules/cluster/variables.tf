variable "name" {
  description = "Name of the cluster."
  type        = string
}

variable "kubernetes_version" {
  description = "Version of Kubernetes, major.minor."
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^1\\.(3[2-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "The cluster needs Kubernetes 1.32 or later, written like 1.34."
  }
}

variable "vpc_id" {
  description = "Network of the cluster."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of nodes and pods, in at least two zones."
  type        = list(string)
}

variable "api_cidrs" {
  description = "Addresses from which the Kubernetes API is reached from outside; empty keeps it private."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.api_cidrs : can(cidrhost(cidr, 0))])
    error_message = "The Kubernetes API is opened to CIDR blocks such as 203.0.113.0/24."
  }

  validation {
    condition     = alltrue([for cidr in var.api_cidrs : !endswith(cidr, "/0")])
    error_message = "The Kubernetes API is not for everybody: name the addresses of offices and of CI."
  }
}

variable "kms_key_arn" {
  description = "Key of Kubernetes' secrets and of the nodes' disks."
  type        = string
}

variable "logs_key_arn" {
  description = "Key of the control plane's logs."
  type        = string
}

variable "log_days" {
  description = "Days that the control plane's logs are kept."
  type        = number
  default     = 90
}

variable "node_groups" {
  description = "Groups of machines by name. A changed type replaces the group's machines one after the other."
  type = map(object({
    instance_types = list(string)
    min            = number
    desired        = number
    max            = number
    disk_gib       = optional(number, 50)
    ami_type       = optional(string, "AL2023_ARM_64_STANDARD")
    capacity_type  = optional(string, "ON_DEMAND")
    labels         = optional(map(string), {})
  }))

  validation {
    condition     = length(var.node_groups) > 0
    error_message = "A cluster needs a group of nodes."
  }

  validation {
    condition     = alltrue([for group in var.node_groups : group.min >= 1 && group.min <= group.desired && group.desired <= group.max])
    error_message = "A group has at least one node, and min <= desired <= max."
  }
}

variable "namespace" {
  description = "Namespace of the product in the cluster."
  type        = string
  default     = "clientele"
}

variable "service_accounts" {
  description = "Service accounts of the product that get a role of their own, by process."
  type        = map(string)
  default = {
    web         = "clientele-web"
    worker      = "clientele-worker"
    provisioner = "clientele-provisioner"
  }
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}
