# The seam to the chart: what Terraform knows of the cell, as values, with no secret among them.
locals {
  own_secrets     = module.secrets.names
  control_secrets = local.holds_control_plane ? module.control_secrets["control"].names : var.control_plane.secrets

  # Six characters follow a secret's name in its ARN. A secret of the control plane has the same name
  # in each region that it is copied to.
  readable_names = concat(values(local.own_secrets), [
    for group in concat(["app", "control"], local.owns_control_plane ? ["controlOwner"] : []) : local.control_secrets[group]
  ])
  control_admin_arns = var.owns_control_plane && !local.holds_control_plane ? [var.control_plane.admin_secret_arn] : []
  readable_secret_arns = concat(
    [for name in local.readable_names : "arn:${data.aws_partition.here.partition}:secretsmanager:${var.region}:${local.account}:secret:${name}-??????"],
    [module.database.admin_secret_arn],
    local.control_admin_arns,
  )
  control_keys      = try([for arn in var.control_plane.key_arns : arn if split(":", arn)[3] == var.region], [])
  readable_key_arns = distinct(concat([local.key_arns["secrets"], local.key_arns["database"]], local.control_keys))

  control_server = local.holds_control_plane ? {
    host  = module.database.host
    port  = module.database.port
    cidrs = module.network.database_cidrs
    } : {
    host  = var.control_plane.host
    port  = var.control_plane.port
    cidrs = var.control_plane.database_cidrs
  }

  helm_values = merge(module.sizing.helm, {
    tier               = var.tier
    cell               = var.name
    publicHost         = var.public_host
    operatorsSubdomain = var.operators_subdomain
    config             = var.config
    image = {
      repository = local.holds_control_plane ? module.registry["clientele"].url : var.control_plane.repository_url
    }
    storage = {
      bucket  = module.objectstore.bucket
      region  = module.objectstore.region
      roleArn = module.objectstore.role_arn
      # The bucket's own key; asking for aws:kms by name would take the account's.
      encryption = ""
    }
    database = {
      cell    = merge(local.server, { cidrs = module.network.database_cidrs })
      control = merge(local.control_server, { ours = local.owns_control_plane })
      ca      = { configMap = "database-ca", key = "ca.pem" }
    }
    secrets = {
      source = "external"
      keys = {
        app          = local.control_secrets["app"]
        control      = local.control_secrets["control"]
        cell         = local.own_secrets["cell"]
        jobs         = local.own_secrets["jobs"]
        owner        = local.own_secrets["owner"]
        admin        = module.database.admin_secret_arn
        controlOwner = local.owns_control_plane ? local.control_secrets["controlOwner"] : ""
        controlAdmin = join("", local.control_admin_arns)
      }
    }
    serviceAccounts = { for process, role in module.cluster.service_roles : process => { roleArn = role.arn } }
    ingress = {
      className      = "alb"
      certificateArn = module.edge.certificate_arn
      wafArn         = module.edge.waf_arn
      clients        = var.client_cidrs
    }
    network = {
      clusterCidrs  = [var.cidr]
      ingressCidrs  = module.network.public_cidrs
      endpointCidrs = module.network.endpoint_cidrs
    }
  })

  own_control_plane = !local.holds_control_plane ? null : {
    region            = var.region
    cidr              = var.cidr
    vpc_id            = module.network.vpc_id
    route_table_id    = module.network.database_route_table_id
    security_group_id = module.database.security_group_id
    host              = module.database.host
    port              = module.database.port
    database_cidrs    = module.network.database_cidrs
    zone_id           = var.zone_id
    repository_url    = module.registry["clientele"].url
    secrets           = local.control_secrets
    admin_secret_arn  = module.database.admin_secret_arn
    key_arns          = concat([local.key_arns["secrets"]], values(local.abroad_key_arns))
  }
}
