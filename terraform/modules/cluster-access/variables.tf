variable "cluster_name" {
  description = "The cluster, with nodes already (output ready_name of module cluster)."
  type        = string
}

variable "vpc_id" {
  description = "Network of the cluster, in which load balancers are made."
  type        = string
}

variable "administrators" {
  description = "IAM principals that administer the cluster, by a name for each."
  type        = map(string)
  default     = {}
}

variable "viewers" {
  description = "IAM principals that may look at everything but secrets, by a name for each."
  type        = map(string)
  default     = {}
}

variable "releasers" {
  description = "IAM principals that release the product into its namespace and nowhere else, by a name for each."
  type        = map(string)
  default     = {}
}

variable "namespace" {
  description = "Namespace of the product."
  type        = string
  default     = "clientele"
}

variable "addon_versions" {
  description = "Versions of add-ons by name; the others get the version that AWS recommends for the cluster."
  type        = map(string)
  default     = {}
}

variable "secret_arns" {
  description = "Secrets that External Secrets may read, a pattern such as arn:...:secret:clientele/eu1/* each."
  type        = list(string)
}

variable "secret_key_arns" {
  description = "Keys that those secrets are encrypted with."
  type        = list(string)
}

variable "zone_ids" {
  description = "Route 53 zones in which external-dns keeps the records of ingresses."
  type        = list(string)
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}
