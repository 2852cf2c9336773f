# Numbers alone: no provider, no resource. What a tier is stands here and nowhere else.
locals {
  tiers = {
    small = {
      companies = { staff = 50, sales = 30, branches = 10, workspaces = 300, seats = 6000 }
      network   = { az_count = 2, nat_mode = "per_az", endpoints = [] }
      budget    = 900
      nodes     = { type = "m7g.large", min = 3, desired = 3, max = 8, disk_gib = 50 }
      database = {
        class           = "db.m7g.large"
        storage_gib     = 100
        max_storage_gib = 500
        max_connections = 700
        backup_days     = 14
        replicas        = {}
        standby_replica = false
      }
      web         = { replicas = 2, maxReplicas = 8, processes = 2, threads = 8, cpu = "500m", memory = "1Gi" }
      worker      = { replicas = 1, maxReplicas = 6, concurrency = 2, cpu = "250m", memory = "1Gi" }
      provisioner = { cpu = "100m", memory = "512Mi" }
    }
    medium = {
      companies = { staff = 500, sales = 200, branches = 30, workspaces = 60, seats = 9000 }
      network   = { az_count = 3, nat_mode = "per_az", endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "sts"] }
      budget    = 2800
      nodes     = { type = "m7g.xlarge", min = 6, desired = 6, max = 20, disk_gib = 80 }
      database = {
        class           = "db.m7g.xlarge"
        storage_gib     = 400
        max_storage_gib = 2000
        max_connections = 1600
        backup_days     = 21
        replicas        = { a = { instance_class = "db.m7g.xlarge" } }
        standby_replica = false
      }
      web         = { replicas = 4, maxReplicas = 20, processes = 2, threads = 8, cpu = "1", memory = "1Gi" }
      worker      = { replicas = 2, maxReplicas = 12, concurrency = 2, cpu = "500m", memory = "1Gi" }
      provisioner = { cpu = "100m", memory = "512Mi" }
    }
    large = {
      companies = { staff = null, sales = null, branches = null, workspaces = 1, seats = null }
      network   = { az_count = 3, nat_mode = "per_az", endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "sts"] }
      budget    = 6000
      nodes     = { type = "m7g.xlarge", min = 8, desired = 8, max = 40, disk_gib = 100 }
      database = {
        class           = "db.r7g.2xlarge"
        storage_gib     = 1000
        max_storage_gib = 8000
        max_connections = 3400
        backup_days     = 35
        replicas        = { a = { instance_class = "db.r7g.2xlarge" } }
        standby_replica = true
      }
      web         = { replicas = 6, maxReplicas = 40, processes = 2, threads = 8, cpu = "1", memory = "1536Mi" }
      worker      = { replicas = 4, maxReplicas = 30, concurrency = 4, cpu = "1", memory = "1536Mi" }
      provisioner = { cpu = "100m", memory = "512Mi" }
    }
    # The control plane's own server: no pods of its own, connections of the cells' pods.
    control = {
      companies = { staff = null, sales = null, branches = null, workspaces = null, seats = null }
      network   = { az_count = 3, nat_mode = "none", endpoints = [] }
      budget    = 700
      nodes     = { type = "", min = 0, desired = 0, max = 0, disk_gib = 0 }
      database = {
        class           = "db.m7g.xlarge"
        storage_gib     = 100
        max_storage_gib = 500
        max_connections = 2400
        backup_days     = 35
        replicas        = {}
        standby_replica = false
      }
      web         = { replicas = 0, maxReplicas = 0, processes = 0, threads = 0, cpu = "0", memory = "0" }
      worker      = { replicas = 0, maxReplicas = 0, concurrency = 0, cpu = "0", memory = "0" }
      provisioner = { cpu = "0", memory = "0" }
    }
  }

  tier = local.tiers[var.tier]

  # One pod each, whatever the tier; migrating goes a few workspaces at a time.
  singles = {
    scheduler   = { cpu = "50m", memory = "384Mi" }
    provisioner = { cpu = "100m", memory = "512Mi" }
    biller      = { cpu = "50m", memory = "384Mi" }
    migrate     = { jobs = 4 }
  }

  network = merge(local.tier.network, { nat_mode = coalesce(var.overrides.nat_mode, local.tier.network.nat_mode) })

  node_min = coalesce(var.overrides.node_min, local.tier.nodes.min)
  nodes = merge(local.tier.nodes, {
    type    = var.overrides.node_type != null ? var.overrides.node_type : local.tier.nodes.type
    min     = local.node_min
    desired = max(local.node_min, min(local.tier.nodes.desired, coalesce(var.overrides.node_max, local.tier.nodes.max)))
    max     = coalesce(var.overrides.node_max, local.tier.nodes.max)
  })

  storage_gib = coalesce(var.overrides.database_storage_gib, local.tier.database.storage_gib)
  database = merge(local.tier.database, {
    class           = coalesce(var.overrides.database_class, local.tier.database.class)
    storage_gib     = local.storage_gib
    max_storage_gib = max(local.tier.database.max_storage_gib, 2 * local.storage_gib)
    max_connections = coalesce(var.overrides.max_connections, local.tier.database.max_connections)
  })

  web = merge(local.tier.web, {
    replicas    = coalesce(var.overrides.web_min, local.tier.web.replicas)
    maxReplicas = coalesce(var.overrides.web_max, local.tier.web.maxReplicas)
  })
  worker = merge(local.tier.worker, {
    replicas    = coalesce(var.overrides.worker_min, local.tier.worker.replicas)
    maxReplicas = coalesce(var.overrides.worker_max, local.tier.worker.maxReplicas)
  })
  helm = merge(local.singles, { web = local.web, worker = local.worker })

  # What each role opens at most in each plane: docs/operations.md, measured there. A release starts
  # a quarter more web pods and one more worker before the old ones end.
  tiers_connections = {
    for name, tier in merge(local.tiers, { own = merge(local.tier, { web = local.web, worker = local.worker }) }) : name => {
      web  = (tier.web.maxReplicas + ceil(tier.web.maxReplicas / 4)) * tier.web.processes * (tier.web.threads + 1)
      cell = (tier.worker.maxReplicas + 1) * (3 * tier.worker.concurrency + 5) + 14 + local.singles.migrate.jobs
      control = (
        (tier.worker.maxReplicas + 1) * (tier.worker.concurrency + 2) + 11 + local.singles.migrate.jobs
      )
    }
  }
  own     = local.tiers_connections["own"]
  has_pod = local.web.maxReplicas > 0
  # People with psql, and what watches.
  others = 10
  own_connections = local.others + (local.has_pod ? (
    local.own.web + local.own.cell + (var.shares_control_plane ? local.own.web + local.own.control : 0)
  ) : 0)
  served_connections = sum(concat([0], [
    for tier in values(var.serves) : local.tiers_connections[tier].web + local.tiers_connections[tier].control
  ]))
  most = local.own_connections + local.served_connections
  connections = {
    most  = local.most
    limit = local.database.max_connections
    share = local.most / local.database.max_connections
  }
}
