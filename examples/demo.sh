# Starts the demo in the background, for the guides' recipes to try in bash, in a clone of this repository:
#   . examples/demo.sh
# `kill $demo_pid` stops it.
demo_facts=$(mktemp)
# On any free port, because another demo may run.
PORT=${PORT:-0} npm run --silent demo -- --json > "$demo_facts" &
demo_pid=$!
until [ -s "$demo_facts" ]; do kill -0 "$demo_pid" || break; sleep 1; done

# One fact of the demo: demo graphqlUrl
demo() { node -p "JSON.parse(fs.readFileSync('$demo_facts')).$1"; }

# One operation, with the user's or the administrator's token: ask token '{ billingCustomer { id } }'
ask() {
  curl -s "$(demo graphqlUrl)" -H 'content-type: application/json' -H "authorization: Bearer $(demo "$1")" \
    --data "$(node -p 'JSON.stringify({ query: process.argv[1] })' "$2")"
}

# One request to the local Stripe: stripe customers -d name=Ada
stripe() { curl -s -u sk_test_demo: "$(demo stripeUrl)/v1/$1" "${@:2}"; }

# The command line, with the local Stripe and the policy file in $file: policies plan
policies() {
  PORTAL_POLICIES=$file STRIPE_SECRET_KEY=sk_test_demo STRIPE_API_URL=$(demo stripeUrl) \
    npm run --silent cli -- policies "$@"
}
