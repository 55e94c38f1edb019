#!/usr/bin/env bash
# Makes the plans of this folder anew; see README.md. Needs Terraform, the AWS command line, jq and the emulator
# (AWS_ENDPOINT_URL and its kin in the environment). Takes five to ten minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
# Names of buckets are one for all accounts of the emulator too; the rest stays in an account that nobody else uses.
trap 'aws s3api delete-bucket --bucket shop-small-uploads || true; rm -rf "$work"' EXIT
# An account of its own in the emulator is an empty one.
export AWS_ACCESS_KEY_ID=$((RANDOM % 9 + 1))$(printf '%05d%05d0' $RANDOM $RANDOM) AWS_SECRET_ACCESS_KEY=test
export AWS_DEFAULT_REGION=us-east-1 TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
cd "$work"

variant() { node "$here/write-variant.ts" "$1" > main.tf.json; }
# keep NAME all|changes|drift [flags of plan]: no-ops too | only what changes | with the state as it was found
keep() {
  terraform plan -input=false -no-color -lock=false -out=plan.tfplan "${@:3}" > plan.log 2>&1 || { cat plan.log; exit 1; }
  terraform show -json plan.tfplan | jq --arg all "$2" -f "$here/cut.jq" > "$here/$1.plan.json"
  printf 'made %s\n' "$1"
}
state() { jq -r --arg t "$1" --arg n "$2" --arg a "$3" \
  '.resources[] | select(.type == $t and .name == $n) | .instances[0].attributes[$a]' terraform.tfstate; }

variant base
terraform init -input=false > init.log
terraform apply -auto-approve -input=false > apply.log
keep drift-fresh drift -refresh-only
terraform apply -refresh-only -auto-approve -input=false > refresh.log
cp terraform.tfstate settled.tfstate
keep drift-none drift -refresh-only
keep unchanged all -refresh=false
keep destroyed changes -destroy -refresh=false

for name in replaced removed interrupting two-minors moved unheard another-name; do
  variant "$name"
  keep "$name" changes -refresh=false
done
variant weakened
keep weakened all -refresh=false

# The emulator cannot scale a node group: the state says what was there before instead.
variant base
jq '(.resources[] | select(.type == "aws_eks_node_group") | .instances[0].attributes.scaling_config[0].desired_size) = 4' \
  settled.tfstate > terraform.tfstate
keep drift-scaled drift -refresh-only -target=aws_eks_node_group.steady
cp settled.tfstate terraform.tfstate

# By hand, behind Terraform's back.
group=$(state aws_security_group database id) table=$(state aws_route_table private id)
{
  aws logs put-retention-policy --log-group-name /aws/eks/shop-small/cluster --retention-in-days 7
  aws s3api put-public-access-block --bucket shop-small-uploads --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=true
  aws s3api put-bucket-versioning --bucket shop-small-uploads --versioning-configuration Status=Suspended
  aws ec2 revoke-security-group-ingress --group-id "$group" --security-group-rule-ids \
    "$(state aws_vpc_security_group_ingress_rule database_from_nodes security_group_rule_id)"
  aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 22 --cidr 0.0.0.0/0
  aws ec2 create-tags --resources "$(state aws_vpc main id)" --tags Key=Owner,Value=somebody
  aws ec2 create-route --route-table-id "$table" --destination-cidr-block 192.168.0.0/16 \
    --gateway-id "$(state aws_internet_gateway main id)"
  aws kms disable-key-rotation --key-id "$(state aws_kms_key shop key_id)"
  aws secretsmanager update-secret --secret-id shop/shop-small/mail --description 'Changed by hand'
  aws eks delete-addon --cluster-name shop-small --addon-name coredns
  aws iam attach-role-policy --role-name shop-small-nodes --policy-arn arn:aws:iam::aws:policy/AdministratorAccess
} > by-hand.log
keep drift-by-hand drift -refresh-only
# What infra up does: apply, then bring the state to what AWS says, which takes the foreign rule into it.
terraform apply -auto-approve -input=false > up.log
terraform apply -refresh-only -auto-approve -input=false > refresh.log
keep drift-after-up drift -refresh-only

for name in rules tags secrets; do
  rm -f terraform.tfstate
  variant "$name"
  AWS_ENDPOINT_URL= keep "$name" all
done
npx --prefix "$here" biome format --write "$here"
