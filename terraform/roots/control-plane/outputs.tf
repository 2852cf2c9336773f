output "cell_inputs" {
  description = "For the cells: terraform output -json cell_inputs > ../medium/control-plane.auto.tfvars.json."
  value = {
    control_plane = {
      region            = var.region
      cidr              = var.cidr
      vpc_id            = module.network.vpc_id
      route_table_id    = module.network.database_route_table_id
      security_group_id = module.database.security_group_id
      host              = module.database.host
      port              = module.database.port
      database_cidrs    = module.network.database_cidrs
      zone_id           = aws_route53_zone.this.zone_id
      repository_url    = module.registry.url
      secrets           = module.secrets.names
      admin_secret_arn  = module.database.admin_secret_arn
      key_arns          = concat([module.keys.arns["secrets"], module.keys.arns["database"]], values(local.abroad_key_arns))
    }
  }
}

output "repository_url" {
  description = "Where images are pushed."
  value       = module.registry.url
}

output "name_servers" {
  description = "Name servers that the registrar of the public host must name."
  value       = aws_route53_zone.this.name_servers
}

output "sizes" {
  description = "The numbers of the server and its connections."
  value = {
    database    = module.sizing.database
    connections = module.sizing.connections
  }
}
