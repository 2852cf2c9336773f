# One company above 500 staff, 200 in sales or 30 branches, in a cell and a cluster of its own.
module "cell" {
  source = "../../modules/cell"

  tier                 = "large"
  region               = var.region
  residency            = var.residency
  name                 = var.name
  cidr                 = var.cidr
  public_host          = var.public_host
  own_domains          = var.own_domains
  operators_subdomain  = var.operators_subdomain
  zone_id              = var.zone_id
  control_plane        = var.control_plane
  owns_control_plane   = var.owns_control_plane
  api_cidrs            = var.api_cidrs
  administrators       = var.administrators
  viewers              = var.viewers
  releasers            = var.releasers
  client_cidrs         = var.client_cidrs
  alarm_emails         = var.alarm_emails
  monthly_budget_usd   = var.monthly_budget_usd
  sizes                = var.sizes
  kms_key_arn          = var.kms_key_arn
  disaster_kms_key_arn = var.disaster_kms_key_arn
  config               = var.config
  secret_versions      = var.secret_versions
  disaster_region      = var.disaster_region
  disaster_cidr        = var.disaster_cidr
  further_regions      = var.further_regions
  serves               = var.serves
  guards_account       = var.guards_account
  lock_backups         = var.lock_backups
  deletion_protection  = var.deletion_protection
  force_destroy        = var.force_destroy
  tags                 = var.tags

  providers = {
    aws          = aws
    aws.control  = aws.control
    aws.disaster = aws.disaster
  }
}
