variable "name" {
  description = "Name of the cell or plane; prefix of everything."
  type        = string
}

variable "alarm_emails" {
  description = "Who hears of alarms."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "Alarms go to addresses such as oncall@example.com."
  }
}

variable "kms_key_arn" {
  description = "Key of logs and alarms; its policy lets CloudWatch use it (module keys, purpose logs)."
  type        = string
}

variable "log_days" {
  description = "Days that the logs of pods are kept."
  type        = number
  default     = 90
}

variable "cluster_name" {
  description = "Cluster that is watched; null (a control plane without one) makes the topic of alarms alone."
  type        = string
  default     = null
}

variable "namespace" {
  description = "Namespace of the product."
  type        = string
  default     = "clientele"
}

variable "least_pods" {
  description = "Pods of the product below which somebody is called: the least that the chart runs."
  type        = number
  default     = 1
}

variable "database_identifier" {
  description = "Server that the dashboard shows; null for none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}
