provider "aws" {
  region = var.region
}

# Where copies for a lost region are kept.
provider "aws" {
  alias  = "disaster"
  region = coalesce(var.disaster_region, var.region)
}
