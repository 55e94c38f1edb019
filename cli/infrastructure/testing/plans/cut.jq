# Of a plan only what the judges read: resources that change, and of the rest of the stack nothing that is not asked for.
def resource: {address, mode, type, name, previous_address, action_reason, change} | with_entries(select(.value != null));
def configured: {address, expressions};
def found: {address, mode, type, name, values};
{
  format_version, terraform_version, errored,
  resource_changes: [(.resource_changes // [])[] | select(($all == "all") or (.change.actions != ["no-op"])) | resource],
  resource_drift: [(.resource_drift // [])[] | resource],
  output_changes, variables,
  configuration: {root_module: ((.configuration.root_module // {}) | {variables, resources: [(.resources // [])[] | configured]} | with_entries(select(.value != null)))},
  prior_state: (if $all == "drift" then {values: {root_module: {resources: [.prior_state.values.root_module.resources[] | select(.type | test("security_group|route|iam_role|s3_bucket")) | found]}}} else null end)
} | with_entries(select(.value != null and .value != []))
