provider "aws" {
  region = var.region
}

# Where the control plane is; the cell's own region when it holds it itself.
provider "aws" {
  alias  = "control"
  region = try(var.control_plane.region, var.region)
}

# Where copies for a lost region are kept.
provider "aws" {
  alias  = "disaster"
  region = coalesce(var.disaster_region, var.region)
}
