/**
 * What calico-node, the CNI plugin's account and the controller are allowed, and which CRDs there are, in upstream's
 * manifests. Written by scripts/write-needs.ts; change that, not this.
 * First line: the oldest and the newest minor. Then: who, flavour (kdd; ipam: kdd with Calico's IPAM, in addition; etcd;
 * canal-etcd), from which minor to which ("v3.0-": to the newest), verbs, API group ("-" is the core's), resources,
 * names ("$account" is calico-node's own ServiceAccount); of CRDs group/version and plural=kind. A minor whose manifest
 * is not among the sources needs what its neighbours both need.
 */
export const needsTable = `
v1.5 v3.32
cni etcd v3.27- get - namespaces,nodes,pods
cni ipam v3.27- create,delete,get,list,update crd.projectcalico.org blockaffinities,clusterinformations,ipamblocks,ipamconfigs,ipamhandles,ippools,ipreservations
cni kdd v3.27- get - namespaces,nodes,pods
cni kdd v3.27- patch - pods/status
controller canal-etcd v3.4- list,watch - namespaces,nodes,pods,serviceaccounts
controller canal-etcd v3.4- list,watch networking.k8s.io networkpolicies
controller canal-etcd v3.13- get - namespaces,nodes,pods,serviceaccounts
controller canal-etcd v3.30- get,list,update,watch - services,services/status
controller canal-etcd v3.32- create,delete,get,list,update,watch crd.projectcalico.org globalnetworkpolicies,networkpolicies,stagedglobalnetworkpolicies,stagednetworkpolicies
controller canal-etcd v3.32- get,list,watch apps daemonsets,deployments
controller etcd v2.2- list,watch - namespaces,pods
controller etcd v2.2-v3.3 list,watch - networkpolicies
controller etcd v2.2-v3.3 list,watch extensions namespaces,networkpolicies,pods
controller etcd v2.6- list,watch - nodes
controller etcd v2.6-v3.3 list,watch extensions nodes
controller etcd v3.1- list,watch networking.k8s.io networkpolicies
controller etcd v3.2- list,watch - serviceaccounts
controller etcd v3.2-v3.3 list,watch extensions serviceaccounts
controller etcd v3.13- get - namespaces,nodes,pods,serviceaccounts
controller etcd v3.30- get,list,update,watch - services,services/status
controller etcd v3.32- create,delete,get,list,update,watch crd.projectcalico.org globalnetworkpolicies,networkpolicies,stagedglobalnetworkpolicies,stagednetworkpolicies
controller etcd v3.32- get,list,watch apps daemonsets,deployments
controller kdd v3.6- create,delete,get,list,update crd.projectcalico.org blockaffinities,ipamblocks,ipamhandles
controller kdd v3.6- create,get,update crd.projectcalico.org clusterinformations
controller kdd v3.6- get - pods
controller kdd v3.6- get,list,watch - nodes
controller kdd v3.6- list crd.projectcalico.org ippools
controller kdd v3.14- create,delete,get,list,update crd.projectcalico.org hostendpoints
controller kdd v3.14- create,get,update,watch crd.projectcalico.org kubecontrollersconfigurations
controller kdd v3.18- watch crd.projectcalico.org blockaffinities,ipamblocks,ipamhandles
controller kdd v3.20- list,watch - pods
controller kdd v3.21- list crd.projectcalico.org ipreservations
controller kdd v3.23- list,watch crd.projectcalico.org clusterinformations
controller kdd v3.23- watch crd.projectcalico.org ippools
controller kdd v3.28- list crd.projectcalico.org kubecontrollersconfigurations
controller kdd v3.29- create,delete,get,list,update,watch crd.projectcalico.org tiers
controller kdd v3.30- create,delete,get,list,update,watch crd.projectcalico.org ipamconfigs
controller kdd v3.30- get,list,update,watch - services,services/status
controller kdd v3.30- watch crd.projectcalico.org hostendpoints
controller kdd v3.32- create,delete,get,list,update,watch crd.projectcalico.org globalnetworkpolicies,networkpolicies,stagedglobalnetworkpolicies,stagednetworkpolicies
controller kdd v3.32- create,delete,get,list,watch apiregistration.k8s.io apiservices
controller kdd v3.32- delete,get,list,watch apiextensions.k8s.io customresourcedefinitions
controller kdd v3.32- get,list,watch - namespaces
controller kdd v3.32- get,list,watch apps daemonsets,deployments
controller kdd v3.32- get,update crd.projectcalico.org kubecontrollersconfigurations/status
crd ipam v2.5-v3.8 crd.projectcalico.org/v1 bgppeers=BGPPeer
crd ipam v3.6-v3.8 crd.projectcalico.org/v1 blockaffinities=BlockAffinity,ipamblocks=IPAMBlock,ipamconfigs=IPAMConfig,ipamhandles=IPAMHandle
crd kdd v2.5- crd.projectcalico.org/v1 globalnetworkpolicies=GlobalNetworkPolicy,ippools=IPPool
crd kdd v2.5-v2.6 crd.projectcalico.org/v1 globalbgpconfigs=GlobalBGPConfig,globalfelixconfigs=GlobalFelixConfig
crd kdd v3.0- crd.projectcalico.org/v1 bgpconfigurations=BGPConfiguration,clusterinformations=ClusterInformation,felixconfigurations=FelixConfiguration,networkpolicies=NetworkPolicy
crd kdd v3.1- crd.projectcalico.org/v1 globalnetworksets=GlobalNetworkSet,hostendpoints=HostEndpoint
crd kdd v3.7- crd.projectcalico.org/v1 networksets=NetworkSet
crd kdd v3.9- crd.projectcalico.org/v1 bgppeers=BGPPeer,blockaffinities=BlockAffinity,ipamblocks=IPAMBlock,ipamconfigs=IPAMConfig,ipamhandles=IPAMHandle
crd kdd v3.14- crd.projectcalico.org/v1 kubecontrollersconfigurations=KubeControllersConfiguration
crd kdd v3.21- crd.projectcalico.org/v1 caliconodestatuses=CalicoNodeStatus,ipreservations=IPReservation
crd kdd v3.27- crd.projectcalico.org/v1 bgpfilters=BGPFilter
crd kdd v3.29- crd.projectcalico.org/v1 tiers=Tier
crd kdd v3.29-v3.30 policy.networking.k8s.io/v1alpha1 adminnetworkpolicies=AdminNetworkPolicy
crd kdd v3.30- crd.projectcalico.org/v1 stagedglobalnetworkpolicies=StagedGlobalNetworkPolicy,stagedkubernetesnetworkpolicies=StagedKubernetesNetworkPolicy,stagednetworkpolicies=StagedNetworkPolicy
crd kdd v3.30-v3.30 policy.networking.k8s.io/v1alpha1 baselineadminnetworkpolicies=BaselineAdminNetworkPolicy
crd kdd v3.32- policy.networking.k8s.io/v1alpha2 clusternetworkpolicies=ClusterNetworkPolicy
node canal-etcd v2.6-v3.1 get - nodes,pods
node canal-etcd v3.3- get - nodes,pods
node canal-etcd v3.7- get - namespaces
node canal-etcd v3.14- get - configmaps
node etcd v2.2- get - nodes,pods
node etcd v3.3- get - namespaces
node etcd v3.3- patch - nodes/status
node etcd v3.4- list,watch - endpoints,services
node etcd v3.13- get - configmaps
node etcd v3.20- list,watch discovery.k8s.io endpointslices
node etcd v3.23-v3.25 create - serviceaccounts/token $account
node etcd v3.27- create - serviceaccounts/token calico-cni-plugin
node ipam v3.6- create,delete,get,list,update crd.projectcalico.org ipamhandles
node ipam v3.6- create,delete,update crd.projectcalico.org blockaffinities,ipamblocks
node ipam v3.6- get apps daemonsets
node ipam v3.6- get crd.projectcalico.org ipamconfigs
node ipam v3.6-v3.8 get,list,watch crd.projectcalico.org blockaffinities
node ipam v3.24- create crd.projectcalico.org ipamconfigs
node kdd v2.2- get,list,watch - namespaces,nodes,pods
node kdd v2.2-v2.4 create,get,list,watch extensions thirdpartyresources
node kdd v2.2-v3.2 update - pods/status
node kdd v2.2-v3.3 get,list,watch extensions networkpolicies
node kdd v2.2-v3.3 update - nodes
node kdd v2.5- create,get,list,update,watch crd.projectcalico.org bgppeers,ippools
node kdd v2.5- get,list,watch crd.projectcalico.org globalnetworkpolicies
node kdd v2.5-v2.6 create,get,list,update,watch crd.projectcalico.org globalbgpconfigs,globalfelixconfigs
node kdd v2.5-v3.3 create,update crd.projectcalico.org globalnetworkpolicies
node kdd v3.0- create,get,list,update,watch crd.projectcalico.org bgpconfigurations,clusterinformations,felixconfigurations
node kdd v3.0- get - endpoints,services
node kdd v3.0- get,list,watch crd.projectcalico.org networkpolicies
node kdd v3.0-v3.2 patch - pods
node kdd v3.0-v3.3 create,update crd.projectcalico.org networkpolicies
node kdd v3.1- get,list,watch crd.projectcalico.org globalnetworksets,hostendpoints
node kdd v3.1- list,watch networking.k8s.io networkpolicies
node kdd v3.1-v3.3 create,update crd.projectcalico.org globalnetworksets,hostendpoints
node kdd v3.2- list,watch - serviceaccounts
node kdd v3.2-v3.3 get - serviceaccounts
node kdd v3.3- patch - pods/status
node kdd v3.4- list,watch - endpoints,services
node kdd v3.4- patch,update - nodes/status
node kdd v3.6- get,list,watch crd.projectcalico.org ipamblocks
node kdd v3.7- get,list,watch crd.projectcalico.org networksets
node kdd v3.9- get,list,watch crd.projectcalico.org blockaffinities
node kdd v3.13- get - configmaps
node kdd v3.20- list,watch discovery.k8s.io endpointslices
node kdd v3.21- get,list,update,watch crd.projectcalico.org caliconodestatuses
node kdd v3.21- get,list,watch crd.projectcalico.org ipreservations
node kdd v3.23-v3.25 create - serviceaccounts/token $account
node kdd v3.27- create - serviceaccounts/token calico-cni-plugin
node kdd v3.27- get,list,watch crd.projectcalico.org bgpfilters
node kdd v3.29- create,get,list,watch crd.projectcalico.org tiers
node kdd v3.29-v3.30 list,watch policy.networking.k8s.io adminnetworkpolicies
node kdd v3.30- get,list,watch crd.projectcalico.org stagedglobalnetworkpolicies,stagedkubernetesnetworkpolicies,stagednetworkpolicies
node kdd v3.30-v3.30 list,watch policy.networking.k8s.io baselineadminnetworkpolicies
node kdd v3.32- list,watch policy.networking.k8s.io clusternetworkpolicies
`;
