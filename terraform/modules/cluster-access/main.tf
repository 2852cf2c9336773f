# people.tf: who may do what. addons.tf: what AWS installs. controllers.tf, associations.tf, policies.tf,
# load_balancer.tf: who in the cluster speaks to AWS, and what they may say.
data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  account   = data.aws_caller_identity.current.account_id
}
