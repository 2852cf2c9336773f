# The numbers of the tiers, and that they bear each other.

run "small" {
  variables {
    tier                 = "small"
    shares_control_plane = true
  }

  assert {
    condition     = output.companies.staff == 50 && output.companies.sales == 30 && output.companies.branches == 10
    error_message = "A small company is under 50 staff, 30 in sales and 10 branches."
  }

  assert {
    condition     = output.connections.most == (10 * 18 + 7 * 11 + 18) + (10 * 18 + 7 * 4 + 15) + 10
    error_message = "The pods of a small cell, a release under way, connect to both planes of the one server."
  }

  assert {
    condition     = length(output.database.replicas) == 0 && !output.database.standby_replica
    error_message = "A small cell pays for no replica."
  }
}

run "medium" {
  variables {
    tier = "medium"
  }

  assert {
    condition     = output.companies.staff == 500 && output.companies.sales == 200 && output.companies.branches == 30
    error_message = "A medium company goes to 500 staff, 200 in sales and 30 branches."
  }

  assert {
    condition     = output.network.az_count == 3 && output.network.nat_mode == "per_az"
    error_message = "A medium cell survives the loss of a zone."
  }

  assert {
    condition     = output.connections.most == 25 * 18 + 13 * 11 + 18 + 10
    error_message = "With a control plane elsewhere only those to the cell count here."
  }

  assert {
    condition     = length(output.database.replicas) == 1 && output.helm.web.maxReplicas > run.small.helm.web.maxReplicas
    error_message = "A medium cell is larger than a small one and has a replica."
  }
}

run "large" {
  variables {
    tier                 = "large"
    shares_control_plane = true
  }

  assert {
    condition     = output.companies.staff == null && output.companies.workspaces == 1
    error_message = "A large company has a cell of its own, whatever its size."
  }

  assert {
    condition     = output.database.standby_replica && output.database.backup_days == 35 && length(output.database.replicas) == 1
    error_message = "A large cell has a pair, a replica, and one more in another region."
  }

  assert {
    condition     = output.connections.share <= 0.8 && output.connections.share > 0.5
    error_message = "All pods of a large cell fit, and the server is not idle."
  }
}

# The pods that a tier may start must find room on the nodes that it may start: two processors of a
# m7g.large, four of a m7g.xlarge, a tenth of them for the node itself.
run "small_pods_fit_the_nodes" {
  variables {
    tier = "small"
  }

  assert {
    condition     = output.helm.web.maxReplicas * 0.5 + output.helm.worker.maxReplicas * 0.25 + 0.2 <= output.nodes.max * 2 * 0.9
    error_message = "The most pods of a small cell need more processors than its most nodes have."
  }

  assert {
    condition     = output.helm.web.cpu == "500m" && output.helm.worker.cpu == "250m" && output.nodes.type == "m7g.large"
    error_message = "The numbers of this test are not those of the tier any more."
  }
}

run "large_pods_fit_the_nodes" {
  variables {
    tier = "large"
  }

  assert {
    condition     = output.helm.web.maxReplicas + output.helm.worker.maxReplicas + 0.2 <= output.nodes.max * 4 * 0.9
    error_message = "The most pods of a large cell need more processors than its most nodes have."
  }

  assert {
    condition     = output.helm.web.cpu == "1" && output.helm.worker.cpu == "1" && output.nodes.type == "m7g.xlarge"
    error_message = "The numbers of this test are not those of the tier any more."
  }
}

run "the_control_plane_counts_the_pods_of_its_cells" {
  variables {
    tier   = "control"
    serves = { eu = "medium", acme = "large" }
  }

  assert {
    condition     = output.connections.most == 10 + (25 * 18 + 13 * 4 + 15) + (50 * 18 + 31 * 6 + 15)
    error_message = "The pods of each cell connect to the control plane too."
  }
}

run "too_many_cells_are_refused" {
  command = plan

  variables {
    tier   = "control"
    serves = { a = "large", b = "large", c = "large" }
  }

  expect_failures = [output.connections]
}

run "too_many_pods_are_refused" {
  command = plan

  variables {
    tier                 = "small"
    shares_control_plane = true
    overrides            = { web_max = 20 }
  }

  expect_failures = [output.connections]
}

run "more_connections_allow_more_pods" {
  command = plan

  variables {
    tier                 = "small"
    shares_control_plane = true
    overrides            = { web_max = 20, max_connections = 1400, database_class = "db.m7g.xlarge" }
  }

  assert {
    condition     = output.helm.web.maxReplicas == 20 && output.database.class == "db.m7g.xlarge"
    error_message = "What an installation sizes otherwise must reach chart and database."
  }
}

run "a_starter_has_one_gateway_and_two_nodes" {
  command = plan

  variables {
    tier                 = "small"
    shares_control_plane = true
    overrides            = { nat_mode = "single", node_min = 2, node_max = 2, database_class = "db.t4g.medium", max_connections = 400, web_max = 3, worker_max = 2 }
  }

  assert {
    condition     = output.network.nat_mode == "single" && output.nodes.min == 2 && output.nodes.desired == 2 && output.nodes.max == 2
    error_message = "A starter cell runs on two nodes behind one gateway."
  }
}

run "no_other_tier" {
  command = plan

  variables {
    tier = "tiny"
  }

  expect_failures = [var.tier]
}
