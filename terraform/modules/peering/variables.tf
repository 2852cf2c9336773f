variable "name" {
  description = "Name of the cell that reaches out."
  type        = string
}

variable "vpc_id" {
  description = "The cell's network."
  type        = string
}

variable "cidr" {
  description = "The cell's addresses."
  type        = string
}

variable "route_table_ids" {
  description = "Route tables of the cell's pods, by zone."
  type        = map(string)
}

variable "control" {
  description = "The control plane's network and the security group of its database."
  type = object({
    region            = string
    vpc_id            = string
    cidr              = string
    route_table_id    = string
    security_group_id = string
    port              = number
  })
}

variable "tags" {
  description = "Tags of the connection."
  type        = map(string)
  default     = {}
}
