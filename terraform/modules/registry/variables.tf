variable "name" {
  description = "Name of the repository."
  type        = string
  default     = "clientele"
}

variable "kms_key_arn" {
  description = "Key of the images."
  type        = string
}

variable "kept_images" {
  description = "How many images are kept; older ones go."
  type        = number
  default     = 100
}

variable "force_destroy" {
  description = "Whether the repository goes with the images in it; for tests alone."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of the repository."
  type        = map(string)
  default     = {}
}
