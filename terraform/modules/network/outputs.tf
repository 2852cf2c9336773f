output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its addresses."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Subnets of load balancers and NAT gateways, in the order of the zones."
  value       = [for zone in local.public : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets of nodes and pods."
  value       = [for zone in local.zones : aws_subnet.private[zone].id]
}

output "database_subnet_ids" {
  description = "Subnets of databases: no way out."
  value       = [for zone in local.zones : aws_subnet.database[zone].id]
}

output "database_cidrs" {
  description = "Addresses of the databases' subnets."
  value       = [for zone in local.zones : aws_subnet.database[zone].cidr_block]
}

output "private_cidrs" {
  description = "Addresses of nodes and pods, by zone."
  value       = local.private_cidrs
}

output "public_cidrs" {
  description = "Addresses of the load balancers' subnets."
  value       = [for zone in local.public : aws_subnet.public[zone].cidr_block]
}

output "endpoint_cidrs" {
  description = "Addresses of the endpoints of AWS services."
  value       = [for zone in local.endpoints : aws_subnet.endpoints[zone].cidr_block]
}

output "private_route_table_ids" {
  description = "Route tables of nodes and pods, by zone."
  value       = { for zone in local.zones : zone => aws_route_table.private[zone].id }
}

output "database_route_table_id" {
  description = "Route table of the databases' subnets."
  value       = aws_route_table.database.id
}
