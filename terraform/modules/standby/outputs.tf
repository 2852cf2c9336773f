output "replica_host" {
  description = "Host name of the replica in the standby region, or null."
  value       = one(aws_db_instance.replica[*].address)
}
