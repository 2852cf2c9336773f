variable "name" {
  description = "Name of the network; prefix of everything in it."
  type        = string
}

variable "cidr" {
  description = "Addresses of the network, a /16 to /20 that overlaps with no network it is peered with."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 20, false)
    error_message = "The network needs between 4,096 and 65,536 addresses: a CIDR block from /16 to /20."
  }
}

variable "az_count" {
  description = "How many availability zones it spans."
  type        = number
  default     = 3

  validation {
    condition     = contains([2, 3], var.az_count)
    error_message = "A network spans two or three availability zones."
  }
}

variable "nat_mode" {
  description = "single: one NAT gateway for all zones (cheaper); per_az: one each, so that no zone needs another; none: nothing inside reaches out."
  type        = string
  default     = "per_az"

  validation {
    condition     = contains(["single", "per_az", "none"], var.nat_mode)
    error_message = "The NAT mode is single, per_az or none."
  }
}

variable "interface_endpoints" {
  description = "AWS services that are reached without leaving the network (ecr.api, ecr.dkr, sts, secretsmanager, logs, ...)."
  type        = set(string)
  default     = []
}

variable "cluster_name" {
  description = "Name of the cluster whose load balancers may use the public subnets; null tags none."
  type        = string
  default     = null
}

variable "logs_key_arn" {
  description = "KMS key of the flow logs."
  type        = string
}

variable "flow_log_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = 90
}

variable "tags" {
  description = "Tags of everything in the network."
  type        = map(string)
  default     = {}
}
