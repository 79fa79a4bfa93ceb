// Original file: proto/datamover/v1/control.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Account as _datamover_v1_Account, Account__Output as _datamover_v1_Account__Output } from '../../datamover/v1/Account.js';
import type { AccountList as _datamover_v1_AccountList, AccountList__Output as _datamover_v1_AccountList__Output } from '../../datamover/v1/AccountList.js';
import type { AgentInfo as _datamover_v1_AgentInfo, AgentInfo__Output as _datamover_v1_AgentInfo__Output } from '../../datamover/v1/AgentInfo.js';
import type { BackupKeyList as _datamover_v1_BackupKeyList, BackupKeyList__Output as _datamover_v1_BackupKeyList__Output } from '../../datamover/v1/BackupKeyList.js';
import type { BasePolicy as _datamover_v1_BasePolicy, BasePolicy__Output as _datamover_v1_BasePolicy__Output } from '../../datamover/v1/BasePolicy.js';
import type { BasePolicyList as _datamover_v1_BasePolicyList, BasePolicyList__Output as _datamover_v1_BasePolicyList__Output } from '../../datamover/v1/BasePolicyList.js';
import type { BrowseEntry as _datamover_v1_BrowseEntry, BrowseEntry__Output as _datamover_v1_BrowseEntry__Output } from '../../datamover/v1/BrowseEntry.js';
import type { BrowseRequest as _datamover_v1_BrowseRequest, BrowseRequest__Output as _datamover_v1_BrowseRequest__Output } from '../../datamover/v1/BrowseRequest.js';
import type { BwRule as _datamover_v1_BwRule, BwRule__Output as _datamover_v1_BwRule__Output } from '../../datamover/v1/BwRule.js';
import type { BwRuleList as _datamover_v1_BwRuleList, BwRuleList__Output as _datamover_v1_BwRuleList__Output } from '../../datamover/v1/BwRuleList.js';
import type { Certificate as _datamover_v1_Certificate, Certificate__Output as _datamover_v1_Certificate__Output } from '../../datamover/v1/Certificate.js';
import type { CertificateList as _datamover_v1_CertificateList, CertificateList__Output as _datamover_v1_CertificateList__Output } from '../../datamover/v1/CertificateList.js';
import type { CertificateRef as _datamover_v1_CertificateRef, CertificateRef__Output as _datamover_v1_CertificateRef__Output } from '../../datamover/v1/CertificateRef.js';
import type { CertificateSettings as _datamover_v1_CertificateSettings, CertificateSettings__Output as _datamover_v1_CertificateSettings__Output } from '../../datamover/v1/CertificateSettings.js';
import type { ChildJobs as _datamover_v1_ChildJobs, ChildJobs__Output as _datamover_v1_ChildJobs__Output } from '../../datamover/v1/ChildJobs.js';
import type { CreateAccountRequest as _datamover_v1_CreateAccountRequest, CreateAccountRequest__Output as _datamover_v1_CreateAccountRequest__Output } from '../../datamover/v1/CreateAccountRequest.js';
import type { CreateBwRuleRequest as _datamover_v1_CreateBwRuleRequest, CreateBwRuleRequest__Output as _datamover_v1_CreateBwRuleRequest__Output } from '../../datamover/v1/CreateBwRuleRequest.js';
import type { CreateCaCertificateRequest as _datamover_v1_CreateCaCertificateRequest, CreateCaCertificateRequest__Output as _datamover_v1_CreateCaCertificateRequest__Output } from '../../datamover/v1/CreateCaCertificateRequest.js';
import type { CreateCrlRequest as _datamover_v1_CreateCrlRequest, CreateCrlRequest__Output as _datamover_v1_CreateCrlRequest__Output } from '../../datamover/v1/CreateCrlRequest.js';
import type { CreateGrantRequest as _datamover_v1_CreateGrantRequest, CreateGrantRequest__Output as _datamover_v1_CreateGrantRequest__Output } from '../../datamover/v1/CreateGrantRequest.js';
import type { CreateIdentityCertificateRequest as _datamover_v1_CreateIdentityCertificateRequest, CreateIdentityCertificateRequest__Output as _datamover_v1_CreateIdentityCertificateRequest__Output } from '../../datamover/v1/CreateIdentityCertificateRequest.js';
import type { CreatePolicyRequest as _datamover_v1_CreatePolicyRequest, CreatePolicyRequest__Output as _datamover_v1_CreatePolicyRequest__Output } from '../../datamover/v1/CreatePolicyRequest.js';
import type { Created as _datamover_v1_Created, Created__Output as _datamover_v1_Created__Output } from '../../datamover/v1/Created.js';
import type { CrlList as _datamover_v1_CrlList, CrlList__Output as _datamover_v1_CrlList__Output } from '../../datamover/v1/CrlList.js';
import type { DatasetPage as _datamover_v1_DatasetPage, DatasetPage__Output as _datamover_v1_DatasetPage__Output } from '../../datamover/v1/DatasetPage.js';
import type { DatasetQuery as _datamover_v1_DatasetQuery, DatasetQuery__Output as _datamover_v1_DatasetQuery__Output } from '../../datamover/v1/DatasetQuery.js';
import type { DatasetView as _datamover_v1_DatasetView, DatasetView__Output as _datamover_v1_DatasetView__Output } from '../../datamover/v1/DatasetView.js';
import type { DeletedJobs as _datamover_v1_DeletedJobs, DeletedJobs__Output as _datamover_v1_DeletedJobs__Output } from '../../datamover/v1/DeletedJobs.js';
import type { Empty as _datamover_v1_Empty, Empty__Output as _datamover_v1_Empty__Output } from '../../datamover/v1/Empty.js';
import type { EntryStat as _datamover_v1_EntryStat, EntryStat__Output as _datamover_v1_EntryStat__Output } from '../../datamover/v1/EntryStat.js';
import type { ExportStateRequest as _datamover_v1_ExportStateRequest, ExportStateRequest__Output as _datamover_v1_ExportStateRequest__Output } from '../../datamover/v1/ExportStateRequest.js';
import type { FailedEntry as _datamover_v1_FailedEntry, FailedEntry__Output as _datamover_v1_FailedEntry__Output } from '../../datamover/v1/FailedEntry.js';
import type { FileChunk as _datamover_v1_FileChunk, FileChunk__Output as _datamover_v1_FileChunk__Output } from '../../datamover/v1/FileChunk.js';
import type { GrantList as _datamover_v1_GrantList, GrantList__Output as _datamover_v1_GrantList__Output } from '../../datamover/v1/GrantList.js';
import type { Job as _datamover_v1_Job, Job__Output as _datamover_v1_Job__Output } from '../../datamover/v1/Job.js';
import type { JobHistoryQuery as _datamover_v1_JobHistoryQuery, JobHistoryQuery__Output as _datamover_v1_JobHistoryQuery__Output } from '../../datamover/v1/JobHistoryQuery.js';
import type { JobList as _datamover_v1_JobList, JobList__Output as _datamover_v1_JobList__Output } from '../../datamover/v1/JobList.js';
import type { JobQuery as _datamover_v1_JobQuery, JobQuery__Output as _datamover_v1_JobQuery__Output } from '../../datamover/v1/JobQuery.js';
import type { JobRef as _datamover_v1_JobRef, JobRef__Output as _datamover_v1_JobRef__Output } from '../../datamover/v1/JobRef.js';
import type { LastJob as _datamover_v1_LastJob, LastJob__Output as _datamover_v1_LastJob__Output } from '../../datamover/v1/LastJob.js';
import type { ListDatasetsQuery as _datamover_v1_ListDatasetsQuery, ListDatasetsQuery__Output as _datamover_v1_ListDatasetsQuery__Output } from '../../datamover/v1/ListDatasetsQuery.js';
import type { ModifyAccountRequest as _datamover_v1_ModifyAccountRequest, ModifyAccountRequest__Output as _datamover_v1_ModifyAccountRequest__Output } from '../../datamover/v1/ModifyAccountRequest.js';
import type { ModifyBasePolicyRequest as _datamover_v1_ModifyBasePolicyRequest, ModifyBasePolicyRequest__Output as _datamover_v1_ModifyBasePolicyRequest__Output } from '../../datamover/v1/ModifyBasePolicyRequest.js';
import type { ModifyBwRuleRequest as _datamover_v1_ModifyBwRuleRequest, ModifyBwRuleRequest__Output as _datamover_v1_ModifyBwRuleRequest__Output } from '../../datamover/v1/ModifyBwRuleRequest.js';
import type { ModifyCertificateRequest as _datamover_v1_ModifyCertificateRequest, ModifyCertificateRequest__Output as _datamover_v1_ModifyCertificateRequest__Output } from '../../datamover/v1/ModifyCertificateRequest.js';
import type { ModifyCertificateSettingsRequest as _datamover_v1_ModifyCertificateSettingsRequest, ModifyCertificateSettingsRequest__Output as _datamover_v1_ModifyCertificateSettingsRequest__Output } from '../../datamover/v1/ModifyCertificateSettingsRequest.js';
import type { ModifyJobRequest as _datamover_v1_ModifyJobRequest, ModifyJobRequest__Output as _datamover_v1_ModifyJobRequest__Output } from '../../datamover/v1/ModifyJobRequest.js';
import type { ModifyPolicyRequest as _datamover_v1_ModifyPolicyRequest, ModifyPolicyRequest__Output as _datamover_v1_ModifyPolicyRequest__Output } from '../../datamover/v1/ModifyPolicyRequest.js';
import type { ModifyThrottlingSettingsRequest as _datamover_v1_ModifyThrottlingSettingsRequest, ModifyThrottlingSettingsRequest__Output as _datamover_v1_ModifyThrottlingSettingsRequest__Output } from '../../datamover/v1/ModifyThrottlingSettingsRequest.js';
import type { PeerAccessView as _datamover_v1_PeerAccessView, PeerAccessView__Output as _datamover_v1_PeerAccessView__Output } from '../../datamover/v1/PeerAccessView.js';
import type { PingAccountReply as _datamover_v1_PingAccountReply, PingAccountReply__Output as _datamover_v1_PingAccountReply__Output } from '../../datamover/v1/PingAccountReply.js';
import type { PingAccountRequest as _datamover_v1_PingAccountRequest, PingAccountRequest__Output as _datamover_v1_PingAccountRequest__Output } from '../../datamover/v1/PingAccountRequest.js';
import type { Policy as _datamover_v1_Policy, Policy__Output as _datamover_v1_Policy__Output } from '../../datamover/v1/Policy.js';
import type { PolicyList as _datamover_v1_PolicyList, PolicyList__Output as _datamover_v1_PolicyList__Output } from '../../datamover/v1/PolicyList.js';
import type { PolicyPreview as _datamover_v1_PolicyPreview, PolicyPreview__Output as _datamover_v1_PolicyPreview__Output } from '../../datamover/v1/PolicyPreview.js';
import type { PreviewRestoreRequest as _datamover_v1_PreviewRestoreRequest, PreviewRestoreRequest__Output as _datamover_v1_PreviewRestoreRequest__Output } from '../../datamover/v1/PreviewRestoreRequest.js';
import type { PruneBackupsProgress as _datamover_v1_PruneBackupsProgress, PruneBackupsProgress__Output as _datamover_v1_PruneBackupsProgress__Output } from '../../datamover/v1/PruneBackupsProgress.js';
import type { PruneBackupsRequest as _datamover_v1_PruneBackupsRequest, PruneBackupsRequest__Output as _datamover_v1_PruneBackupsRequest__Output } from '../../datamover/v1/PruneBackupsRequest.js';
import type { ReadFileRequest as _datamover_v1_ReadFileRequest, ReadFileRequest__Output as _datamover_v1_ReadFileRequest__Output } from '../../datamover/v1/ReadFileRequest.js';
import type { Ref as _datamover_v1_Ref, Ref__Output as _datamover_v1_Ref__Output } from '../../datamover/v1/Ref.js';
import type { RekeyBackupRequest as _datamover_v1_RekeyBackupRequest, RekeyBackupRequest__Output as _datamover_v1_RekeyBackupRequest__Output } from '../../datamover/v1/RekeyBackupRequest.js';
import type { RepairBackupsProgress as _datamover_v1_RepairBackupsProgress, RepairBackupsProgress__Output as _datamover_v1_RepairBackupsProgress__Output } from '../../datamover/v1/RepairBackupsProgress.js';
import type { RepairBackupsRequest as _datamover_v1_RepairBackupsRequest, RepairBackupsRequest__Output as _datamover_v1_RepairBackupsRequest__Output } from '../../datamover/v1/RepairBackupsRequest.js';
import type { Report as _datamover_v1_Report, Report__Output as _datamover_v1_Report__Output } from '../../datamover/v1/Report.js';
import type { ReportList as _datamover_v1_ReportList, ReportList__Output as _datamover_v1_ReportList__Output } from '../../datamover/v1/ReportList.js';
import type { ReportQuery as _datamover_v1_ReportQuery, ReportQuery__Output as _datamover_v1_ReportQuery__Output } from '../../datamover/v1/ReportQuery.js';
import type { RestorePreview as _datamover_v1_RestorePreview, RestorePreview__Output as _datamover_v1_RestorePreview__Output } from '../../datamover/v1/RestorePreview.js';
import type { RevokeFingerprintRequest as _datamover_v1_RevokeFingerprintRequest, RevokeFingerprintRequest__Output as _datamover_v1_RevokeFingerprintRequest__Output } from '../../datamover/v1/RevokeFingerprintRequest.js';
import type { RunPolicyReply as _datamover_v1_RunPolicyReply, RunPolicyReply__Output as _datamover_v1_RunPolicyReply__Output } from '../../datamover/v1/RunPolicyReply.js';
import type { RunPolicyRequest as _datamover_v1_RunPolicyRequest, RunPolicyRequest__Output as _datamover_v1_RunPolicyRequest__Output } from '../../datamover/v1/RunPolicyRequest.js';
import type { Status as _datamover_v1_Status, Status__Output as _datamover_v1_Status__Output } from '../../datamover/v1/Status.js';
import type { TargetList as _datamover_v1_TargetList, TargetList__Output as _datamover_v1_TargetList__Output } from '../../datamover/v1/TargetList.js';
import type { TargetRef as _datamover_v1_TargetRef, TargetRef__Output as _datamover_v1_TargetRef__Output } from '../../datamover/v1/TargetRef.js';
import type { TargetView as _datamover_v1_TargetView, TargetView__Output as _datamover_v1_TargetView__Output } from '../../datamover/v1/TargetView.js';
import type { ThrottlingSettings as _datamover_v1_ThrottlingSettings, ThrottlingSettings__Output as _datamover_v1_ThrottlingSettings__Output } from '../../datamover/v1/ThrottlingSettings.js';
import type { TreeEntry as _datamover_v1_TreeEntry, TreeEntry__Output as _datamover_v1_TreeEntry__Output } from '../../datamover/v1/TreeEntry.js';
import type { UnlockedDataset as _datamover_v1_UnlockedDataset, UnlockedDataset__Output as _datamover_v1_UnlockedDataset__Output } from '../../datamover/v1/UnlockedDataset.js';
import type { VerifyDatasetRequest as _datamover_v1_VerifyDatasetRequest, VerifyDatasetRequest__Output as _datamover_v1_VerifyDatasetRequest__Output } from '../../datamover/v1/VerifyDatasetRequest.js';
import type { VerifyProgress as _datamover_v1_VerifyProgress, VerifyProgress__Output as _datamover_v1_VerifyProgress__Output } from '../../datamover/v1/VerifyProgress.js';

export interface ControlClient extends grpc.Client {
  AcceptClock(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  AcceptClock(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  AcceptClock(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  AcceptClock(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  acceptClock(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  acceptClock(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  acceptClock(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  acceptClock(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  Browse(argument: _datamover_v1_BrowseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_BrowseEntry__Output>;
  Browse(argument: _datamover_v1_BrowseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_BrowseEntry__Output>;
  browse(argument: _datamover_v1_BrowseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_BrowseEntry__Output>;
  browse(argument: _datamover_v1_BrowseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_BrowseEntry__Output>;
  
  BrowseTree(argument: _datamover_v1_BrowseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_TreeEntry__Output>;
  BrowseTree(argument: _datamover_v1_BrowseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_TreeEntry__Output>;
  browseTree(argument: _datamover_v1_BrowseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_TreeEntry__Output>;
  browseTree(argument: _datamover_v1_BrowseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_TreeEntry__Output>;
  
  CreateAccount(argument: _datamover_v1_CreateAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateAccount(argument: _datamover_v1_CreateAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateAccount(argument: _datamover_v1_CreateAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateAccount(argument: _datamover_v1_CreateAccountRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _datamover_v1_CreateAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _datamover_v1_CreateAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _datamover_v1_CreateAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createAccount(argument: _datamover_v1_CreateAccountRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  
  CreateBasePolicy(argument: _datamover_v1_BasePolicy, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateBasePolicy(argument: _datamover_v1_BasePolicy, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateBasePolicy(argument: _datamover_v1_BasePolicy, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateBasePolicy(argument: _datamover_v1_BasePolicy, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createBasePolicy(argument: _datamover_v1_BasePolicy, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createBasePolicy(argument: _datamover_v1_BasePolicy, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createBasePolicy(argument: _datamover_v1_BasePolicy, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createBasePolicy(argument: _datamover_v1_BasePolicy, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  
  CreateBwRule(argument: _datamover_v1_CreateBwRuleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateBwRule(argument: _datamover_v1_CreateBwRuleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateBwRule(argument: _datamover_v1_CreateBwRuleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateBwRule(argument: _datamover_v1_CreateBwRuleRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createBwRule(argument: _datamover_v1_CreateBwRuleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createBwRule(argument: _datamover_v1_CreateBwRuleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createBwRule(argument: _datamover_v1_CreateBwRuleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createBwRule(argument: _datamover_v1_CreateBwRuleRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  
  CreateCaCertificate(argument: _datamover_v1_CreateCaCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateCaCertificate(argument: _datamover_v1_CreateCaCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateCaCertificate(argument: _datamover_v1_CreateCaCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateCaCertificate(argument: _datamover_v1_CreateCaCertificateRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createCaCertificate(argument: _datamover_v1_CreateCaCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createCaCertificate(argument: _datamover_v1_CreateCaCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createCaCertificate(argument: _datamover_v1_CreateCaCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createCaCertificate(argument: _datamover_v1_CreateCaCertificateRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  
  CreateCrl(argument: _datamover_v1_CreateCrlRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateCrl(argument: _datamover_v1_CreateCrlRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateCrl(argument: _datamover_v1_CreateCrlRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateCrl(argument: _datamover_v1_CreateCrlRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createCrl(argument: _datamover_v1_CreateCrlRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createCrl(argument: _datamover_v1_CreateCrlRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createCrl(argument: _datamover_v1_CreateCrlRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createCrl(argument: _datamover_v1_CreateCrlRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  
  CreateGrant(argument: _datamover_v1_CreateGrantRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateGrant(argument: _datamover_v1_CreateGrantRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateGrant(argument: _datamover_v1_CreateGrantRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateGrant(argument: _datamover_v1_CreateGrantRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createGrant(argument: _datamover_v1_CreateGrantRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createGrant(argument: _datamover_v1_CreateGrantRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createGrant(argument: _datamover_v1_CreateGrantRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createGrant(argument: _datamover_v1_CreateGrantRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  
  CreateIdentityCertificate(argument: _datamover_v1_CreateIdentityCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateIdentityCertificate(argument: _datamover_v1_CreateIdentityCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateIdentityCertificate(argument: _datamover_v1_CreateIdentityCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreateIdentityCertificate(argument: _datamover_v1_CreateIdentityCertificateRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createIdentityCertificate(argument: _datamover_v1_CreateIdentityCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createIdentityCertificate(argument: _datamover_v1_CreateIdentityCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createIdentityCertificate(argument: _datamover_v1_CreateIdentityCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createIdentityCertificate(argument: _datamover_v1_CreateIdentityCertificateRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  
  CreatePolicy(argument: _datamover_v1_CreatePolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreatePolicy(argument: _datamover_v1_CreatePolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreatePolicy(argument: _datamover_v1_CreatePolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  CreatePolicy(argument: _datamover_v1_CreatePolicyRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createPolicy(argument: _datamover_v1_CreatePolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createPolicy(argument: _datamover_v1_CreatePolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createPolicy(argument: _datamover_v1_CreatePolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  createPolicy(argument: _datamover_v1_CreatePolicyRequest, callback: grpc.requestCallback<_datamover_v1_Created__Output>): grpc.ClientUnaryCall;
  
  DeleteAccount(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteAccount(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteAccount(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteAccount(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteAccount(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteAccount(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteAccount(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteAccount(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  DeleteBasePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteBasePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteBasePolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteBasePolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteBasePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteBasePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteBasePolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteBasePolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  DeleteBwRule(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteBwRule(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteBwRule(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteBwRule(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteBwRule(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteBwRule(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteBwRule(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteBwRule(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  DeleteCertificate(argument: _datamover_v1_CertificateRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteCertificate(argument: _datamover_v1_CertificateRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteCertificate(argument: _datamover_v1_CertificateRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteCertificate(argument: _datamover_v1_CertificateRef, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteCertificate(argument: _datamover_v1_CertificateRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteCertificate(argument: _datamover_v1_CertificateRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteCertificate(argument: _datamover_v1_CertificateRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteCertificate(argument: _datamover_v1_CertificateRef, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  DeleteCrl(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteCrl(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteCrl(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteCrl(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteCrl(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteCrl(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteCrl(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteCrl(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  DeleteDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteDataset(argument: _datamover_v1_DatasetQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteDataset(argument: _datamover_v1_DatasetQuery, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteDataset(argument: _datamover_v1_DatasetQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteDataset(argument: _datamover_v1_DatasetQuery, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  DeleteGrant(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteGrant(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteGrant(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeleteGrant(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteGrant(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteGrant(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteGrant(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deleteGrant(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  DeleteHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DeletedJobs__Output>): grpc.ClientUnaryCall;
  DeleteHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_DeletedJobs__Output>): grpc.ClientUnaryCall;
  DeleteHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DeletedJobs__Output>): grpc.ClientUnaryCall;
  DeleteHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, callback: grpc.requestCallback<_datamover_v1_DeletedJobs__Output>): grpc.ClientUnaryCall;
  deleteHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DeletedJobs__Output>): grpc.ClientUnaryCall;
  deleteHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_DeletedJobs__Output>): grpc.ClientUnaryCall;
  deleteHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DeletedJobs__Output>): grpc.ClientUnaryCall;
  deleteHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, callback: grpc.requestCallback<_datamover_v1_DeletedJobs__Output>): grpc.ClientUnaryCall;
  
  DeletePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeletePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeletePolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeletePolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deletePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deletePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deletePolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  deletePolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  ExportState(argument: _datamover_v1_ExportStateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FileChunk__Output>;
  ExportState(argument: _datamover_v1_ExportStateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FileChunk__Output>;
  exportState(argument: _datamover_v1_ExportStateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FileChunk__Output>;
  exportState(argument: _datamover_v1_ExportStateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FileChunk__Output>;
  
  GetAccount(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  GetAccount(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  GetAccount(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  GetAccount(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  getAccount(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  
  GetAgent(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AgentInfo__Output>): grpc.ClientUnaryCall;
  GetAgent(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_AgentInfo__Output>): grpc.ClientUnaryCall;
  GetAgent(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AgentInfo__Output>): grpc.ClientUnaryCall;
  GetAgent(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_AgentInfo__Output>): grpc.ClientUnaryCall;
  getAgent(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AgentInfo__Output>): grpc.ClientUnaryCall;
  getAgent(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_AgentInfo__Output>): grpc.ClientUnaryCall;
  getAgent(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AgentInfo__Output>): grpc.ClientUnaryCall;
  getAgent(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_AgentInfo__Output>): grpc.ClientUnaryCall;
  
  GetBasePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  GetBasePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  GetBasePolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  GetBasePolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  getBasePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  getBasePolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  getBasePolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  getBasePolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  
  GetBwRule(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  GetBwRule(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  GetBwRule(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  GetBwRule(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  getBwRule(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  getBwRule(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  getBwRule(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  getBwRule(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  
  GetCertificateSettings(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  GetCertificateSettings(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  GetCertificateSettings(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  GetCertificateSettings(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  getCertificateSettings(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  getCertificateSettings(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  getCertificateSettings(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  getCertificateSettings(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  
  GetChildJobs(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  GetChildJobs(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  GetChildJobs(argument: _datamover_v1_JobRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  GetChildJobs(argument: _datamover_v1_JobRef, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  getChildJobs(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  getChildJobs(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  getChildJobs(argument: _datamover_v1_JobRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  getChildJobs(argument: _datamover_v1_JobRef, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  
  GetDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DatasetView__Output>): grpc.ClientUnaryCall;
  GetDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_DatasetView__Output>): grpc.ClientUnaryCall;
  GetDataset(argument: _datamover_v1_DatasetQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DatasetView__Output>): grpc.ClientUnaryCall;
  GetDataset(argument: _datamover_v1_DatasetQuery, callback: grpc.requestCallback<_datamover_v1_DatasetView__Output>): grpc.ClientUnaryCall;
  getDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DatasetView__Output>): grpc.ClientUnaryCall;
  getDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_DatasetView__Output>): grpc.ClientUnaryCall;
  getDataset(argument: _datamover_v1_DatasetQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DatasetView__Output>): grpc.ClientUnaryCall;
  getDataset(argument: _datamover_v1_DatasetQuery, callback: grpc.requestCallback<_datamover_v1_DatasetView__Output>): grpc.ClientUnaryCall;
  
  GetJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _datamover_v1_JobRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _datamover_v1_JobRef, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  getJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  getJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  getJob(argument: _datamover_v1_JobRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  getJob(argument: _datamover_v1_JobRef, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  
  GetLastJob(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_LastJob__Output>): grpc.ClientUnaryCall;
  GetLastJob(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_LastJob__Output>): grpc.ClientUnaryCall;
  GetLastJob(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_LastJob__Output>): grpc.ClientUnaryCall;
  GetLastJob(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_LastJob__Output>): grpc.ClientUnaryCall;
  getLastJob(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_LastJob__Output>): grpc.ClientUnaryCall;
  getLastJob(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_LastJob__Output>): grpc.ClientUnaryCall;
  getLastJob(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_LastJob__Output>): grpc.ClientUnaryCall;
  getLastJob(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_LastJob__Output>): grpc.ClientUnaryCall;
  
  GetNextJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  GetNextJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  GetNextJob(argument: _datamover_v1_JobRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  GetNextJob(argument: _datamover_v1_JobRef, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  getNextJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  getNextJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  getNextJob(argument: _datamover_v1_JobRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  getNextJob(argument: _datamover_v1_JobRef, callback: grpc.requestCallback<_datamover_v1_ChildJobs__Output>): grpc.ClientUnaryCall;
  
  GetPeerAccess(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  GetPeerAccess(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  GetPeerAccess(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  GetPeerAccess(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  getPeerAccess(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  getPeerAccess(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  getPeerAccess(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  getPeerAccess(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  
  GetPolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  GetPolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  GetPolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  GetPolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  
  GetReport(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Report__Output>): grpc.ClientUnaryCall;
  GetReport(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Report__Output>): grpc.ClientUnaryCall;
  GetReport(argument: _datamover_v1_JobRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Report__Output>): grpc.ClientUnaryCall;
  GetReport(argument: _datamover_v1_JobRef, callback: grpc.requestCallback<_datamover_v1_Report__Output>): grpc.ClientUnaryCall;
  getReport(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Report__Output>): grpc.ClientUnaryCall;
  getReport(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Report__Output>): grpc.ClientUnaryCall;
  getReport(argument: _datamover_v1_JobRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Report__Output>): grpc.ClientUnaryCall;
  getReport(argument: _datamover_v1_JobRef, callback: grpc.requestCallback<_datamover_v1_Report__Output>): grpc.ClientUnaryCall;
  
  GetStatus(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Status__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Status__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Status__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_Status__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Status__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Status__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Status__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_Status__Output>): grpc.ClientUnaryCall;
  
  GetTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  GetTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  GetTarget(argument: _datamover_v1_TargetRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  GetTarget(argument: _datamover_v1_TargetRef, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  getTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  getTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  getTarget(argument: _datamover_v1_TargetRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  getTarget(argument: _datamover_v1_TargetRef, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  
  GetThrottlingSettings(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  GetThrottlingSettings(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  GetThrottlingSettings(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  GetThrottlingSettings(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  getThrottlingSettings(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  getThrottlingSettings(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  getThrottlingSettings(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  getThrottlingSettings(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  
  ListAccounts(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AccountList__Output>): grpc.ClientUnaryCall;
  ListAccounts(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_AccountList__Output>): grpc.ClientUnaryCall;
  ListAccounts(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AccountList__Output>): grpc.ClientUnaryCall;
  ListAccounts(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_AccountList__Output>): grpc.ClientUnaryCall;
  listAccounts(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AccountList__Output>): grpc.ClientUnaryCall;
  listAccounts(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_AccountList__Output>): grpc.ClientUnaryCall;
  listAccounts(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AccountList__Output>): grpc.ClientUnaryCall;
  listAccounts(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_AccountList__Output>): grpc.ClientUnaryCall;
  
  ListBasePolicies(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicyList__Output>): grpc.ClientUnaryCall;
  ListBasePolicies(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BasePolicyList__Output>): grpc.ClientUnaryCall;
  ListBasePolicies(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicyList__Output>): grpc.ClientUnaryCall;
  ListBasePolicies(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_BasePolicyList__Output>): grpc.ClientUnaryCall;
  listBasePolicies(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicyList__Output>): grpc.ClientUnaryCall;
  listBasePolicies(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BasePolicyList__Output>): grpc.ClientUnaryCall;
  listBasePolicies(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicyList__Output>): grpc.ClientUnaryCall;
  listBasePolicies(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_BasePolicyList__Output>): grpc.ClientUnaryCall;
  
  ListBwRules(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRuleList__Output>): grpc.ClientUnaryCall;
  ListBwRules(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BwRuleList__Output>): grpc.ClientUnaryCall;
  ListBwRules(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRuleList__Output>): grpc.ClientUnaryCall;
  ListBwRules(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_BwRuleList__Output>): grpc.ClientUnaryCall;
  listBwRules(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRuleList__Output>): grpc.ClientUnaryCall;
  listBwRules(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BwRuleList__Output>): grpc.ClientUnaryCall;
  listBwRules(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRuleList__Output>): grpc.ClientUnaryCall;
  listBwRules(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_BwRuleList__Output>): grpc.ClientUnaryCall;
  
  ListCaCertificates(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  ListCaCertificates(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  ListCaCertificates(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  ListCaCertificates(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  listCaCertificates(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  listCaCertificates(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  listCaCertificates(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  listCaCertificates(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  
  ListCrls(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CrlList__Output>): grpc.ClientUnaryCall;
  ListCrls(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CrlList__Output>): grpc.ClientUnaryCall;
  ListCrls(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CrlList__Output>): grpc.ClientUnaryCall;
  ListCrls(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_CrlList__Output>): grpc.ClientUnaryCall;
  listCrls(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CrlList__Output>): grpc.ClientUnaryCall;
  listCrls(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CrlList__Output>): grpc.ClientUnaryCall;
  listCrls(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CrlList__Output>): grpc.ClientUnaryCall;
  listCrls(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_CrlList__Output>): grpc.ClientUnaryCall;
  
  ListDatasetPages(argument: _datamover_v1_ListDatasetsQuery, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_DatasetPage__Output>;
  ListDatasetPages(argument: _datamover_v1_ListDatasetsQuery, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_DatasetPage__Output>;
  listDatasetPages(argument: _datamover_v1_ListDatasetsQuery, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_DatasetPage__Output>;
  listDatasetPages(argument: _datamover_v1_ListDatasetsQuery, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_DatasetPage__Output>;
  
  ListGrants(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_GrantList__Output>): grpc.ClientUnaryCall;
  ListGrants(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_GrantList__Output>): grpc.ClientUnaryCall;
  ListGrants(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_GrantList__Output>): grpc.ClientUnaryCall;
  ListGrants(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_GrantList__Output>): grpc.ClientUnaryCall;
  listGrants(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_GrantList__Output>): grpc.ClientUnaryCall;
  listGrants(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_GrantList__Output>): grpc.ClientUnaryCall;
  listGrants(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_GrantList__Output>): grpc.ClientUnaryCall;
  listGrants(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_GrantList__Output>): grpc.ClientUnaryCall;
  
  ListHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  ListHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  ListHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  ListHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  listHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  listHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  listHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  listHistoricalJobs(argument: _datamover_v1_JobHistoryQuery, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  
  ListIdentityCertificates(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  ListIdentityCertificates(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  ListIdentityCertificates(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  ListIdentityCertificates(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  listIdentityCertificates(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  listIdentityCertificates(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  listIdentityCertificates(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  listIdentityCertificates(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_CertificateList__Output>): grpc.ClientUnaryCall;
  
  ListJobFailures(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FailedEntry__Output>;
  ListJobFailures(argument: _datamover_v1_JobRef, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FailedEntry__Output>;
  listJobFailures(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FailedEntry__Output>;
  listJobFailures(argument: _datamover_v1_JobRef, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FailedEntry__Output>;
  
  ListJobs(argument: _datamover_v1_JobQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _datamover_v1_JobQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _datamover_v1_JobQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _datamover_v1_JobQuery, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _datamover_v1_JobQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _datamover_v1_JobQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _datamover_v1_JobQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _datamover_v1_JobQuery, callback: grpc.requestCallback<_datamover_v1_JobList__Output>): grpc.ClientUnaryCall;
  
  ListPolicies(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PolicyList__Output>): grpc.ClientUnaryCall;
  ListPolicies(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PolicyList__Output>): grpc.ClientUnaryCall;
  ListPolicies(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PolicyList__Output>): grpc.ClientUnaryCall;
  ListPolicies(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_PolicyList__Output>): grpc.ClientUnaryCall;
  listPolicies(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PolicyList__Output>): grpc.ClientUnaryCall;
  listPolicies(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PolicyList__Output>): grpc.ClientUnaryCall;
  listPolicies(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PolicyList__Output>): grpc.ClientUnaryCall;
  listPolicies(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_PolicyList__Output>): grpc.ClientUnaryCall;
  
  ListReports(argument: _datamover_v1_ReportQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ReportList__Output>): grpc.ClientUnaryCall;
  ListReports(argument: _datamover_v1_ReportQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ReportList__Output>): grpc.ClientUnaryCall;
  ListReports(argument: _datamover_v1_ReportQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ReportList__Output>): grpc.ClientUnaryCall;
  ListReports(argument: _datamover_v1_ReportQuery, callback: grpc.requestCallback<_datamover_v1_ReportList__Output>): grpc.ClientUnaryCall;
  listReports(argument: _datamover_v1_ReportQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ReportList__Output>): grpc.ClientUnaryCall;
  listReports(argument: _datamover_v1_ReportQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ReportList__Output>): grpc.ClientUnaryCall;
  listReports(argument: _datamover_v1_ReportQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ReportList__Output>): grpc.ClientUnaryCall;
  listReports(argument: _datamover_v1_ReportQuery, callback: grpc.requestCallback<_datamover_v1_ReportList__Output>): grpc.ClientUnaryCall;
  
  ListTargets(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetList__Output>): grpc.ClientUnaryCall;
  ListTargets(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetList__Output>): grpc.ClientUnaryCall;
  ListTargets(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetList__Output>): grpc.ClientUnaryCall;
  ListTargets(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_TargetList__Output>): grpc.ClientUnaryCall;
  listTargets(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetList__Output>): grpc.ClientUnaryCall;
  listTargets(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetList__Output>): grpc.ClientUnaryCall;
  listTargets(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetList__Output>): grpc.ClientUnaryCall;
  listTargets(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_TargetList__Output>): grpc.ClientUnaryCall;
  
  ModifyAccount(argument: _datamover_v1_ModifyAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  ModifyAccount(argument: _datamover_v1_ModifyAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  ModifyAccount(argument: _datamover_v1_ModifyAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  ModifyAccount(argument: _datamover_v1_ModifyAccountRequest, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  modifyAccount(argument: _datamover_v1_ModifyAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  modifyAccount(argument: _datamover_v1_ModifyAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  modifyAccount(argument: _datamover_v1_ModifyAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  modifyAccount(argument: _datamover_v1_ModifyAccountRequest, callback: grpc.requestCallback<_datamover_v1_Account__Output>): grpc.ClientUnaryCall;
  
  ModifyBasePolicy(argument: _datamover_v1_ModifyBasePolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  ModifyBasePolicy(argument: _datamover_v1_ModifyBasePolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  ModifyBasePolicy(argument: _datamover_v1_ModifyBasePolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  ModifyBasePolicy(argument: _datamover_v1_ModifyBasePolicyRequest, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  modifyBasePolicy(argument: _datamover_v1_ModifyBasePolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  modifyBasePolicy(argument: _datamover_v1_ModifyBasePolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  modifyBasePolicy(argument: _datamover_v1_ModifyBasePolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  modifyBasePolicy(argument: _datamover_v1_ModifyBasePolicyRequest, callback: grpc.requestCallback<_datamover_v1_BasePolicy__Output>): grpc.ClientUnaryCall;
  
  ModifyBwRule(argument: _datamover_v1_ModifyBwRuleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  ModifyBwRule(argument: _datamover_v1_ModifyBwRuleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  ModifyBwRule(argument: _datamover_v1_ModifyBwRuleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  ModifyBwRule(argument: _datamover_v1_ModifyBwRuleRequest, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  modifyBwRule(argument: _datamover_v1_ModifyBwRuleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  modifyBwRule(argument: _datamover_v1_ModifyBwRuleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  modifyBwRule(argument: _datamover_v1_ModifyBwRuleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  modifyBwRule(argument: _datamover_v1_ModifyBwRuleRequest, callback: grpc.requestCallback<_datamover_v1_BwRule__Output>): grpc.ClientUnaryCall;
  
  ModifyCertificate(argument: _datamover_v1_ModifyCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Certificate__Output>): grpc.ClientUnaryCall;
  ModifyCertificate(argument: _datamover_v1_ModifyCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Certificate__Output>): grpc.ClientUnaryCall;
  ModifyCertificate(argument: _datamover_v1_ModifyCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Certificate__Output>): grpc.ClientUnaryCall;
  ModifyCertificate(argument: _datamover_v1_ModifyCertificateRequest, callback: grpc.requestCallback<_datamover_v1_Certificate__Output>): grpc.ClientUnaryCall;
  modifyCertificate(argument: _datamover_v1_ModifyCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Certificate__Output>): grpc.ClientUnaryCall;
  modifyCertificate(argument: _datamover_v1_ModifyCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Certificate__Output>): grpc.ClientUnaryCall;
  modifyCertificate(argument: _datamover_v1_ModifyCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Certificate__Output>): grpc.ClientUnaryCall;
  modifyCertificate(argument: _datamover_v1_ModifyCertificateRequest, callback: grpc.requestCallback<_datamover_v1_Certificate__Output>): grpc.ClientUnaryCall;
  
  ModifyCertificateSettings(argument: _datamover_v1_ModifyCertificateSettingsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  ModifyCertificateSettings(argument: _datamover_v1_ModifyCertificateSettingsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  ModifyCertificateSettings(argument: _datamover_v1_ModifyCertificateSettingsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  ModifyCertificateSettings(argument: _datamover_v1_ModifyCertificateSettingsRequest, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  modifyCertificateSettings(argument: _datamover_v1_ModifyCertificateSettingsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  modifyCertificateSettings(argument: _datamover_v1_ModifyCertificateSettingsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  modifyCertificateSettings(argument: _datamover_v1_ModifyCertificateSettingsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  modifyCertificateSettings(argument: _datamover_v1_ModifyCertificateSettingsRequest, callback: grpc.requestCallback<_datamover_v1_CertificateSettings__Output>): grpc.ClientUnaryCall;
  
  ModifyJob(argument: _datamover_v1_ModifyJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  ModifyJob(argument: _datamover_v1_ModifyJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  ModifyJob(argument: _datamover_v1_ModifyJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  ModifyJob(argument: _datamover_v1_ModifyJobRequest, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  modifyJob(argument: _datamover_v1_ModifyJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  modifyJob(argument: _datamover_v1_ModifyJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  modifyJob(argument: _datamover_v1_ModifyJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  modifyJob(argument: _datamover_v1_ModifyJobRequest, callback: grpc.requestCallback<_datamover_v1_Job__Output>): grpc.ClientUnaryCall;
  
  ModifyPolicy(argument: _datamover_v1_ModifyPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  ModifyPolicy(argument: _datamover_v1_ModifyPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  ModifyPolicy(argument: _datamover_v1_ModifyPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  ModifyPolicy(argument: _datamover_v1_ModifyPolicyRequest, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  modifyPolicy(argument: _datamover_v1_ModifyPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  modifyPolicy(argument: _datamover_v1_ModifyPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  modifyPolicy(argument: _datamover_v1_ModifyPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  modifyPolicy(argument: _datamover_v1_ModifyPolicyRequest, callback: grpc.requestCallback<_datamover_v1_Policy__Output>): grpc.ClientUnaryCall;
  
  ModifyThrottlingSettings(argument: _datamover_v1_ModifyThrottlingSettingsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  ModifyThrottlingSettings(argument: _datamover_v1_ModifyThrottlingSettingsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  ModifyThrottlingSettings(argument: _datamover_v1_ModifyThrottlingSettingsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  ModifyThrottlingSettings(argument: _datamover_v1_ModifyThrottlingSettingsRequest, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  modifyThrottlingSettings(argument: _datamover_v1_ModifyThrottlingSettingsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  modifyThrottlingSettings(argument: _datamover_v1_ModifyThrottlingSettingsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  modifyThrottlingSettings(argument: _datamover_v1_ModifyThrottlingSettingsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  modifyThrottlingSettings(argument: _datamover_v1_ModifyThrottlingSettingsRequest, callback: grpc.requestCallback<_datamover_v1_ThrottlingSettings__Output>): grpc.ClientUnaryCall;
  
  PingAccount(argument: _datamover_v1_PingAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PingAccountReply__Output>): grpc.ClientUnaryCall;
  PingAccount(argument: _datamover_v1_PingAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PingAccountReply__Output>): grpc.ClientUnaryCall;
  PingAccount(argument: _datamover_v1_PingAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PingAccountReply__Output>): grpc.ClientUnaryCall;
  PingAccount(argument: _datamover_v1_PingAccountRequest, callback: grpc.requestCallback<_datamover_v1_PingAccountReply__Output>): grpc.ClientUnaryCall;
  pingAccount(argument: _datamover_v1_PingAccountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PingAccountReply__Output>): grpc.ClientUnaryCall;
  pingAccount(argument: _datamover_v1_PingAccountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PingAccountReply__Output>): grpc.ClientUnaryCall;
  pingAccount(argument: _datamover_v1_PingAccountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PingAccountReply__Output>): grpc.ClientUnaryCall;
  pingAccount(argument: _datamover_v1_PingAccountRequest, callback: grpc.requestCallback<_datamover_v1_PingAccountReply__Output>): grpc.ClientUnaryCall;
  
  PreviewPolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PolicyPreview__Output>): grpc.ClientUnaryCall;
  PreviewPolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PolicyPreview__Output>): grpc.ClientUnaryCall;
  PreviewPolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PolicyPreview__Output>): grpc.ClientUnaryCall;
  PreviewPolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_PolicyPreview__Output>): grpc.ClientUnaryCall;
  previewPolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PolicyPreview__Output>): grpc.ClientUnaryCall;
  previewPolicy(argument: _datamover_v1_Ref, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PolicyPreview__Output>): grpc.ClientUnaryCall;
  previewPolicy(argument: _datamover_v1_Ref, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PolicyPreview__Output>): grpc.ClientUnaryCall;
  previewPolicy(argument: _datamover_v1_Ref, callback: grpc.requestCallback<_datamover_v1_PolicyPreview__Output>): grpc.ClientUnaryCall;
  
  PreviewRestore(argument: _datamover_v1_PreviewRestoreRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_RestorePreview__Output>): grpc.ClientUnaryCall;
  PreviewRestore(argument: _datamover_v1_PreviewRestoreRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_RestorePreview__Output>): grpc.ClientUnaryCall;
  PreviewRestore(argument: _datamover_v1_PreviewRestoreRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_RestorePreview__Output>): grpc.ClientUnaryCall;
  PreviewRestore(argument: _datamover_v1_PreviewRestoreRequest, callback: grpc.requestCallback<_datamover_v1_RestorePreview__Output>): grpc.ClientUnaryCall;
  previewRestore(argument: _datamover_v1_PreviewRestoreRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_RestorePreview__Output>): grpc.ClientUnaryCall;
  previewRestore(argument: _datamover_v1_PreviewRestoreRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_RestorePreview__Output>): grpc.ClientUnaryCall;
  previewRestore(argument: _datamover_v1_PreviewRestoreRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_RestorePreview__Output>): grpc.ClientUnaryCall;
  previewRestore(argument: _datamover_v1_PreviewRestoreRequest, callback: grpc.requestCallback<_datamover_v1_RestorePreview__Output>): grpc.ClientUnaryCall;
  
  PruneBackups(argument: _datamover_v1_PruneBackupsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_PruneBackupsProgress__Output>;
  PruneBackups(argument: _datamover_v1_PruneBackupsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_PruneBackupsProgress__Output>;
  pruneBackups(argument: _datamover_v1_PruneBackupsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_PruneBackupsProgress__Output>;
  pruneBackups(argument: _datamover_v1_PruneBackupsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_PruneBackupsProgress__Output>;
  
  ReadFile(argument: _datamover_v1_ReadFileRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FileChunk__Output>;
  ReadFile(argument: _datamover_v1_ReadFileRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FileChunk__Output>;
  readFile(argument: _datamover_v1_ReadFileRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FileChunk__Output>;
  readFile(argument: _datamover_v1_ReadFileRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_FileChunk__Output>;
  
  ReclaimTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  ReclaimTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  ReclaimTarget(argument: _datamover_v1_TargetRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  ReclaimTarget(argument: _datamover_v1_TargetRef, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  reclaimTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  reclaimTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  reclaimTarget(argument: _datamover_v1_TargetRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  reclaimTarget(argument: _datamover_v1_TargetRef, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  
  RekeyBackup(argument: _datamover_v1_RekeyBackupRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BackupKeyList__Output>): grpc.ClientUnaryCall;
  RekeyBackup(argument: _datamover_v1_RekeyBackupRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BackupKeyList__Output>): grpc.ClientUnaryCall;
  RekeyBackup(argument: _datamover_v1_RekeyBackupRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BackupKeyList__Output>): grpc.ClientUnaryCall;
  RekeyBackup(argument: _datamover_v1_RekeyBackupRequest, callback: grpc.requestCallback<_datamover_v1_BackupKeyList__Output>): grpc.ClientUnaryCall;
  rekeyBackup(argument: _datamover_v1_RekeyBackupRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BackupKeyList__Output>): grpc.ClientUnaryCall;
  rekeyBackup(argument: _datamover_v1_RekeyBackupRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BackupKeyList__Output>): grpc.ClientUnaryCall;
  rekeyBackup(argument: _datamover_v1_RekeyBackupRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BackupKeyList__Output>): grpc.ClientUnaryCall;
  rekeyBackup(argument: _datamover_v1_RekeyBackupRequest, callback: grpc.requestCallback<_datamover_v1_BackupKeyList__Output>): grpc.ClientUnaryCall;
  
  ReleaseTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  ReleaseTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  ReleaseTarget(argument: _datamover_v1_TargetRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  ReleaseTarget(argument: _datamover_v1_TargetRef, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  releaseTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  releaseTarget(argument: _datamover_v1_TargetRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  releaseTarget(argument: _datamover_v1_TargetRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  releaseTarget(argument: _datamover_v1_TargetRef, callback: grpc.requestCallback<_datamover_v1_TargetView__Output>): grpc.ClientUnaryCall;
  
  RepairBackups(argument: _datamover_v1_RepairBackupsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_RepairBackupsProgress__Output>;
  RepairBackups(argument: _datamover_v1_RepairBackupsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_RepairBackupsProgress__Output>;
  repairBackups(argument: _datamover_v1_RepairBackupsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_RepairBackupsProgress__Output>;
  repairBackups(argument: _datamover_v1_RepairBackupsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_RepairBackupsProgress__Output>;
  
  ResetPeerAccess(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  ResetPeerAccess(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  ResetPeerAccess(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  ResetPeerAccess(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  resetPeerAccess(argument: _datamover_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  resetPeerAccess(argument: _datamover_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  resetPeerAccess(argument: _datamover_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  resetPeerAccess(argument: _datamover_v1_Empty, callback: grpc.requestCallback<_datamover_v1_PeerAccessView__Output>): grpc.ClientUnaryCall;
  
  RevokeFingerprint(argument: _datamover_v1_RevokeFingerprintRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  RevokeFingerprint(argument: _datamover_v1_RevokeFingerprintRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  RevokeFingerprint(argument: _datamover_v1_RevokeFingerprintRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  RevokeFingerprint(argument: _datamover_v1_RevokeFingerprintRequest, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  revokeFingerprint(argument: _datamover_v1_RevokeFingerprintRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  revokeFingerprint(argument: _datamover_v1_RevokeFingerprintRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  revokeFingerprint(argument: _datamover_v1_RevokeFingerprintRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  revokeFingerprint(argument: _datamover_v1_RevokeFingerprintRequest, callback: grpc.requestCallback<_datamover_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  RunPolicy(argument: _datamover_v1_RunPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_RunPolicyReply__Output>): grpc.ClientUnaryCall;
  RunPolicy(argument: _datamover_v1_RunPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_RunPolicyReply__Output>): grpc.ClientUnaryCall;
  RunPolicy(argument: _datamover_v1_RunPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_RunPolicyReply__Output>): grpc.ClientUnaryCall;
  RunPolicy(argument: _datamover_v1_RunPolicyRequest, callback: grpc.requestCallback<_datamover_v1_RunPolicyReply__Output>): grpc.ClientUnaryCall;
  runPolicy(argument: _datamover_v1_RunPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_RunPolicyReply__Output>): grpc.ClientUnaryCall;
  runPolicy(argument: _datamover_v1_RunPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_RunPolicyReply__Output>): grpc.ClientUnaryCall;
  runPolicy(argument: _datamover_v1_RunPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_RunPolicyReply__Output>): grpc.ClientUnaryCall;
  runPolicy(argument: _datamover_v1_RunPolicyRequest, callback: grpc.requestCallback<_datamover_v1_RunPolicyReply__Output>): grpc.ClientUnaryCall;
  
  StatEntry(argument: _datamover_v1_BrowseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_EntryStat__Output>): grpc.ClientUnaryCall;
  StatEntry(argument: _datamover_v1_BrowseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_EntryStat__Output>): grpc.ClientUnaryCall;
  StatEntry(argument: _datamover_v1_BrowseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_EntryStat__Output>): grpc.ClientUnaryCall;
  StatEntry(argument: _datamover_v1_BrowseRequest, callback: grpc.requestCallback<_datamover_v1_EntryStat__Output>): grpc.ClientUnaryCall;
  statEntry(argument: _datamover_v1_BrowseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_EntryStat__Output>): grpc.ClientUnaryCall;
  statEntry(argument: _datamover_v1_BrowseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_EntryStat__Output>): grpc.ClientUnaryCall;
  statEntry(argument: _datamover_v1_BrowseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_EntryStat__Output>): grpc.ClientUnaryCall;
  statEntry(argument: _datamover_v1_BrowseRequest, callback: grpc.requestCallback<_datamover_v1_EntryStat__Output>): grpc.ClientUnaryCall;
  
  UnlockDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_UnlockedDataset__Output>): grpc.ClientUnaryCall;
  UnlockDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_UnlockedDataset__Output>): grpc.ClientUnaryCall;
  UnlockDataset(argument: _datamover_v1_DatasetQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_UnlockedDataset__Output>): grpc.ClientUnaryCall;
  UnlockDataset(argument: _datamover_v1_DatasetQuery, callback: grpc.requestCallback<_datamover_v1_UnlockedDataset__Output>): grpc.ClientUnaryCall;
  unlockDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_UnlockedDataset__Output>): grpc.ClientUnaryCall;
  unlockDataset(argument: _datamover_v1_DatasetQuery, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_UnlockedDataset__Output>): grpc.ClientUnaryCall;
  unlockDataset(argument: _datamover_v1_DatasetQuery, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_UnlockedDataset__Output>): grpc.ClientUnaryCall;
  unlockDataset(argument: _datamover_v1_DatasetQuery, callback: grpc.requestCallback<_datamover_v1_UnlockedDataset__Output>): grpc.ClientUnaryCall;
  
  VerifyDataset(argument: _datamover_v1_VerifyDatasetRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_VerifyProgress__Output>;
  VerifyDataset(argument: _datamover_v1_VerifyDatasetRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_VerifyProgress__Output>;
  verifyDataset(argument: _datamover_v1_VerifyDatasetRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_VerifyProgress__Output>;
  verifyDataset(argument: _datamover_v1_VerifyDatasetRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_VerifyProgress__Output>;
  
  WatchJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Job__Output>;
  WatchJob(argument: _datamover_v1_JobRef, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Job__Output>;
  watchJob(argument: _datamover_v1_JobRef, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Job__Output>;
  watchJob(argument: _datamover_v1_JobRef, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Job__Output>;
  
}

export interface ControlHandlers extends grpc.UntypedServiceImplementation {
  AcceptClock: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_Empty>;
  
  Browse: grpc.handleServerStreamingCall<_datamover_v1_BrowseRequest__Output, _datamover_v1_BrowseEntry>;
  
  BrowseTree: grpc.handleServerStreamingCall<_datamover_v1_BrowseRequest__Output, _datamover_v1_TreeEntry>;
  
  CreateAccount: grpc.handleUnaryCall<_datamover_v1_CreateAccountRequest__Output, _datamover_v1_Created>;
  
  CreateBasePolicy: grpc.handleUnaryCall<_datamover_v1_BasePolicy__Output, _datamover_v1_Created>;
  
  CreateBwRule: grpc.handleUnaryCall<_datamover_v1_CreateBwRuleRequest__Output, _datamover_v1_Created>;
  
  CreateCaCertificate: grpc.handleUnaryCall<_datamover_v1_CreateCaCertificateRequest__Output, _datamover_v1_Created>;
  
  CreateCrl: grpc.handleUnaryCall<_datamover_v1_CreateCrlRequest__Output, _datamover_v1_Created>;
  
  CreateGrant: grpc.handleUnaryCall<_datamover_v1_CreateGrantRequest__Output, _datamover_v1_Created>;
  
  CreateIdentityCertificate: grpc.handleUnaryCall<_datamover_v1_CreateIdentityCertificateRequest__Output, _datamover_v1_Created>;
  
  CreatePolicy: grpc.handleUnaryCall<_datamover_v1_CreatePolicyRequest__Output, _datamover_v1_Created>;
  
  DeleteAccount: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_Empty>;
  
  DeleteBasePolicy: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_Empty>;
  
  DeleteBwRule: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_Empty>;
  
  DeleteCertificate: grpc.handleUnaryCall<_datamover_v1_CertificateRef__Output, _datamover_v1_Empty>;
  
  DeleteCrl: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_Empty>;
  
  DeleteDataset: grpc.handleUnaryCall<_datamover_v1_DatasetQuery__Output, _datamover_v1_Empty>;
  
  DeleteGrant: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_Empty>;
  
  DeleteHistoricalJobs: grpc.handleUnaryCall<_datamover_v1_JobHistoryQuery__Output, _datamover_v1_DeletedJobs>;
  
  DeletePolicy: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_Empty>;
  
  ExportState: grpc.handleServerStreamingCall<_datamover_v1_ExportStateRequest__Output, _datamover_v1_FileChunk>;
  
  GetAccount: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_Account>;
  
  GetAgent: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_AgentInfo>;
  
  GetBasePolicy: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_BasePolicy>;
  
  GetBwRule: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_BwRule>;
  
  GetCertificateSettings: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_CertificateSettings>;
  
  GetChildJobs: grpc.handleUnaryCall<_datamover_v1_JobRef__Output, _datamover_v1_ChildJobs>;
  
  GetDataset: grpc.handleUnaryCall<_datamover_v1_DatasetQuery__Output, _datamover_v1_DatasetView>;
  
  GetJob: grpc.handleUnaryCall<_datamover_v1_JobRef__Output, _datamover_v1_Job>;
  
  GetLastJob: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_LastJob>;
  
  GetNextJob: grpc.handleUnaryCall<_datamover_v1_JobRef__Output, _datamover_v1_ChildJobs>;
  
  GetPeerAccess: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_PeerAccessView>;
  
  GetPolicy: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_Policy>;
  
  GetReport: grpc.handleUnaryCall<_datamover_v1_JobRef__Output, _datamover_v1_Report>;
  
  GetStatus: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_Status>;
  
  GetTarget: grpc.handleUnaryCall<_datamover_v1_TargetRef__Output, _datamover_v1_TargetView>;
  
  GetThrottlingSettings: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_ThrottlingSettings>;
  
  ListAccounts: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_AccountList>;
  
  ListBasePolicies: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_BasePolicyList>;
  
  ListBwRules: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_BwRuleList>;
  
  ListCaCertificates: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_CertificateList>;
  
  ListCrls: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_CrlList>;
  
  ListDatasetPages: grpc.handleServerStreamingCall<_datamover_v1_ListDatasetsQuery__Output, _datamover_v1_DatasetPage>;
  
  ListGrants: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_GrantList>;
  
  ListHistoricalJobs: grpc.handleUnaryCall<_datamover_v1_JobHistoryQuery__Output, _datamover_v1_JobList>;
  
  ListIdentityCertificates: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_CertificateList>;
  
  ListJobFailures: grpc.handleServerStreamingCall<_datamover_v1_JobRef__Output, _datamover_v1_FailedEntry>;
  
  ListJobs: grpc.handleUnaryCall<_datamover_v1_JobQuery__Output, _datamover_v1_JobList>;
  
  ListPolicies: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_PolicyList>;
  
  ListReports: grpc.handleUnaryCall<_datamover_v1_ReportQuery__Output, _datamover_v1_ReportList>;
  
  ListTargets: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_TargetList>;
  
  ModifyAccount: grpc.handleUnaryCall<_datamover_v1_ModifyAccountRequest__Output, _datamover_v1_Account>;
  
  ModifyBasePolicy: grpc.handleUnaryCall<_datamover_v1_ModifyBasePolicyRequest__Output, _datamover_v1_BasePolicy>;
  
  ModifyBwRule: grpc.handleUnaryCall<_datamover_v1_ModifyBwRuleRequest__Output, _datamover_v1_BwRule>;
  
  ModifyCertificate: grpc.handleUnaryCall<_datamover_v1_ModifyCertificateRequest__Output, _datamover_v1_Certificate>;
  
  ModifyCertificateSettings: grpc.handleUnaryCall<_datamover_v1_ModifyCertificateSettingsRequest__Output, _datamover_v1_CertificateSettings>;
  
  ModifyJob: grpc.handleUnaryCall<_datamover_v1_ModifyJobRequest__Output, _datamover_v1_Job>;
  
  ModifyPolicy: grpc.handleUnaryCall<_datamover_v1_ModifyPolicyRequest__Output, _datamover_v1_Policy>;
  
  ModifyThrottlingSettings: grpc.handleUnaryCall<_datamover_v1_ModifyThrottlingSettingsRequest__Output, _datamover_v1_ThrottlingSettings>;
  
  PingAccount: grpc.handleUnaryCall<_datamover_v1_PingAccountRequest__Output, _datamover_v1_PingAccountReply>;
  
  PreviewPolicy: grpc.handleUnaryCall<_datamover_v1_Ref__Output, _datamover_v1_PolicyPreview>;
  
  PreviewRestore: grpc.handleUnaryCall<_datamover_v1_PreviewRestoreRequest__Output, _datamover_v1_RestorePreview>;
  
  PruneBackups: grpc.handleServerStreamingCall<_datamover_v1_PruneBackupsRequest__Output, _datamover_v1_PruneBackupsProgress>;
  
  ReadFile: grpc.handleServerStreamingCall<_datamover_v1_ReadFileRequest__Output, _datamover_v1_FileChunk>;
  
  ReclaimTarget: grpc.handleUnaryCall<_datamover_v1_TargetRef__Output, _datamover_v1_TargetView>;
  
  RekeyBackup: grpc.handleUnaryCall<_datamover_v1_RekeyBackupRequest__Output, _datamover_v1_BackupKeyList>;
  
  ReleaseTarget: grpc.handleUnaryCall<_datamover_v1_TargetRef__Output, _datamover_v1_TargetView>;
  
  RepairBackups: grpc.handleServerStreamingCall<_datamover_v1_RepairBackupsRequest__Output, _datamover_v1_RepairBackupsProgress>;
  
  ResetPeerAccess: grpc.handleUnaryCall<_datamover_v1_Empty__Output, _datamover_v1_PeerAccessView>;
  
  RevokeFingerprint: grpc.handleUnaryCall<_datamover_v1_RevokeFingerprintRequest__Output, _datamover_v1_Empty>;
  
  RunPolicy: grpc.handleUnaryCall<_datamover_v1_RunPolicyRequest__Output, _datamover_v1_RunPolicyReply>;
  
  StatEntry: grpc.handleUnaryCall<_datamover_v1_BrowseRequest__Output, _datamover_v1_EntryStat>;
  
  UnlockDataset: grpc.handleUnaryCall<_datamover_v1_DatasetQuery__Output, _datamover_v1_UnlockedDataset>;
  
  VerifyDataset: grpc.handleServerStreamingCall<_datamover_v1_VerifyDatasetRequest__Output, _datamover_v1_VerifyProgress>;
  
  WatchJob: grpc.handleServerStreamingCall<_datamover_v1_JobRef__Output, _datamover_v1_Job>;
  
}

export interface ControlDefinition extends grpc.ServiceDefinition {
  AcceptClock: MethodDefinition<_datamover_v1_Empty, _datamover_v1_Empty, _datamover_v1_Empty__Output, _datamover_v1_Empty__Output>
  Browse: MethodDefinition<_datamover_v1_BrowseRequest, _datamover_v1_BrowseEntry, _datamover_v1_BrowseRequest__Output, _datamover_v1_BrowseEntry__Output>
  BrowseTree: MethodDefinition<_datamover_v1_BrowseRequest, _datamover_v1_TreeEntry, _datamover_v1_BrowseRequest__Output, _datamover_v1_TreeEntry__Output>
  CreateAccount: MethodDefinition<_datamover_v1_CreateAccountRequest, _datamover_v1_Created, _datamover_v1_CreateAccountRequest__Output, _datamover_v1_Created__Output>
  CreateBasePolicy: MethodDefinition<_datamover_v1_BasePolicy, _datamover_v1_Created, _datamover_v1_BasePolicy__Output, _datamover_v1_Created__Output>
  CreateBwRule: MethodDefinition<_datamover_v1_CreateBwRuleRequest, _datamover_v1_Created, _datamover_v1_CreateBwRuleRequest__Output, _datamover_v1_Created__Output>
  CreateCaCertificate: MethodDefinition<_datamover_v1_CreateCaCertificateRequest, _datamover_v1_Created, _datamover_v1_CreateCaCertificateRequest__Output, _datamover_v1_Created__Output>
  CreateCrl: MethodDefinition<_datamover_v1_CreateCrlRequest, _datamover_v1_Created, _datamover_v1_CreateCrlRequest__Output, _datamover_v1_Created__Output>
  CreateGrant: MethodDefinition<_datamover_v1_CreateGrantRequest, _datamover_v1_Created, _datamover_v1_CreateGrantRequest__Output, _datamover_v1_Created__Output>
  CreateIdentityCertificate: MethodDefinition<_datamover_v1_CreateIdentityCertificateRequest, _datamover_v1_Created, _datamover_v1_CreateIdentityCertificateRequest__Output, _datamover_v1_Created__Output>
  CreatePolicy: MethodDefinition<_datamover_v1_CreatePolicyRequest, _datamover_v1_Created, _datamover_v1_CreatePolicyRequest__Output, _datamover_v1_Created__Output>
  DeleteAccount: MethodDefinition<_datamover_v1_Ref, _datamover_v1_Empty, _datamover_v1_Ref__Output, _datamover_v1_Empty__Output>
  DeleteBasePolicy: MethodDefinition<_datamover_v1_Ref, _datamover_v1_Empty, _datamover_v1_Ref__Output, _datamover_v1_Empty__Output>
  DeleteBwRule: MethodDefinition<_datamover_v1_Ref, _datamover_v1_Empty, _datamover_v1_Ref__Output, _datamover_v1_Empty__Output>
  DeleteCertificate: MethodDefinition<_datamover_v1_CertificateRef, _datamover_v1_Empty, _datamover_v1_CertificateRef__Output, _datamover_v1_Empty__Output>
  DeleteCrl: MethodDefinition<_datamover_v1_Ref, _datamover_v1_Empty, _datamover_v1_Ref__Output, _datamover_v1_Empty__Output>
  DeleteDataset: MethodDefinition<_datamover_v1_DatasetQuery, _datamover_v1_Empty, _datamover_v1_DatasetQuery__Output, _datamover_v1_Empty__Output>
  DeleteGrant: MethodDefinition<_datamover_v1_Ref, _datamover_v1_Empty, _datamover_v1_Ref__Output, _datamover_v1_Empty__Output>
  DeleteHistoricalJobs: MethodDefinition<_datamover_v1_JobHistoryQuery, _datamover_v1_DeletedJobs, _datamover_v1_JobHistoryQuery__Output, _datamover_v1_DeletedJobs__Output>
  DeletePolicy: MethodDefinition<_datamover_v1_Ref, _datamover_v1_Empty, _datamover_v1_Ref__Output, _datamover_v1_Empty__Output>
  ExportState: MethodDefinition<_datamover_v1_ExportStateRequest, _datamover_v1_FileChunk, _datamover_v1_ExportStateRequest__Output, _datamover_v1_FileChunk__Output>
  GetAccount: MethodDefinition<_datamover_v1_Ref, _datamover_v1_Account, _datamover_v1_Ref__Output, _datamover_v1_Account__Output>
  GetAgent: MethodDefinition<_datamover_v1_Empty, _datamover_v1_AgentInfo, _datamover_v1_Empty__Output, _datamover_v1_AgentInfo__Output>
  GetBasePolicy: MethodDefinition<_datamover_v1_Ref, _datamover_v1_BasePolicy, _datamover_v1_Ref__Output, _datamover_v1_BasePolicy__Output>
  GetBwRule: MethodDefinition<_datamover_v1_Ref, _datamover_v1_BwRule, _datamover_v1_Ref__Output, _datamover_v1_BwRule__Output>
  GetCertificateSettings: MethodDefinition<_datamover_v1_Empty, _datamover_v1_CertificateSettings, _datamover_v1_Empty__Output, _datamover_v1_CertificateSettings__Output>
  GetChildJobs: MethodDefinition<_datamover_v1_JobRef, _datamover_v1_ChildJobs, _datamover_v1_JobRef__Output, _datamover_v1_ChildJobs__Output>
  GetDataset: MethodDefinition<_datamover_v1_DatasetQuery, _datamover_v1_DatasetView, _datamover_v1_DatasetQuery__Output, _datamover_v1_DatasetView__Output>
  GetJob: MethodDefinition<_datamover_v1_JobRef, _datamover_v1_Job, _datamover_v1_JobRef__Output, _datamover_v1_Job__Output>
  GetLastJob: MethodDefinition<_datamover_v1_Ref, _datamover_v1_LastJob, _datamover_v1_Ref__Output, _datamover_v1_LastJob__Output>
  GetNextJob: MethodDefinition<_datamover_v1_JobRef, _datamover_v1_ChildJobs, _datamover_v1_JobRef__Output, _datamover_v1_ChildJobs__Output>
  GetPeerAccess: MethodDefinition<_datamover_v1_Empty, _datamover_v1_PeerAccessView, _datamover_v1_Empty__Output, _datamover_v1_PeerAccessView__Output>
  GetPolicy: MethodDefinition<_datamover_v1_Ref, _datamover_v1_Policy, _datamover_v1_Ref__Output, _datamover_v1_Policy__Output>
  GetReport: MethodDefinition<_datamover_v1_JobRef, _datamover_v1_Report, _datamover_v1_JobRef__Output, _datamover_v1_Report__Output>
  GetStatus: MethodDefinition<_datamover_v1_Empty, _datamover_v1_Status, _datamover_v1_Empty__Output, _datamover_v1_Status__Output>
  GetTarget: MethodDefinition<_datamover_v1_TargetRef, _datamover_v1_TargetView, _datamover_v1_TargetRef__Output, _datamover_v1_TargetView__Output>
  GetThrottlingSettings: MethodDefinition<_datamover_v1_Empty, _datamover_v1_ThrottlingSettings, _datamover_v1_Empty__Output, _datamover_v1_ThrottlingSettings__Output>
  ListAccounts: MethodDefinition<_datamover_v1_Empty, _datamover_v1_AccountList, _datamover_v1_Empty__Output, _datamover_v1_AccountList__Output>
  ListBasePolicies: MethodDefinition<_datamover_v1_Empty, _datamover_v1_BasePolicyList, _datamover_v1_Empty__Output, _datamover_v1_BasePolicyList__Output>
  ListBwRules: MethodDefinition<_datamover_v1_Empty, _datamover_v1_BwRuleList, _datamover_v1_Empty__Output, _datamover_v1_BwRuleList__Output>
  ListCaCertificates: MethodDefinition<_datamover_v1_Empty, _datamover_v1_CertificateList, _datamover_v1_Empty__Output, _datamover_v1_CertificateList__Output>
  ListCrls: MethodDefinition<_datamover_v1_Empty, _datamover_v1_CrlList, _datamover_v1_Empty__Output, _datamover_v1_CrlList__Output>
  ListDatasetPages: MethodDefinition<_datamover_v1_ListDatasetsQuery, _datamover_v1_DatasetPage, _datamover_v1_ListDatasetsQuery__Output, _datamover_v1_DatasetPage__Output>
  ListGrants: MethodDefinition<_datamover_v1_Empty, _datamover_v1_GrantList, _datamover_v1_Empty__Output, _datamover_v1_GrantList__Output>
  ListHistoricalJobs: MethodDefinition<_datamover_v1_JobHistoryQuery, _datamover_v1_JobList, _datamover_v1_JobHistoryQuery__Output, _datamover_v1_JobList__Output>
  ListIdentityCertificates: MethodDefinition<_datamover_v1_Empty, _datamover_v1_CertificateList, _datamover_v1_Empty__Output, _datamover_v1_CertificateList__Output>
  ListJobFailures: MethodDefinition<_datamover_v1_JobRef, _datamover_v1_FailedEntry, _datamover_v1_JobRef__Output, _datamover_v1_FailedEntry__Output>
  ListJobs: MethodDefinition<_datamover_v1_JobQuery, _datamover_v1_JobList, _datamover_v1_JobQuery__Output, _datamover_v1_JobList__Output>
  ListPolicies: MethodDefinition<_datamover_v1_Empty, _datamover_v1_PolicyList, _datamover_v1_Empty__Output, _datamover_v1_PolicyList__Output>
  ListReports: MethodDefinition<_datamover_v1_ReportQuery, _datamover_v1_ReportList, _datamover_v1_ReportQuery__Output, _datamover_v1_ReportList__Output>
  ListTargets: MethodDefinition<_datamover_v1_Empty, _datamover_v1_TargetList, _datamover_v1_Empty__Output, _datamover_v1_TargetList__Output>
  ModifyAccount: MethodDefinition<_datamover_v1_ModifyAccountRequest, _datamover_v1_Account, _datamover_v1_ModifyAccountRequest__Output, _datamover_v1_Account__Output>
  ModifyBasePolicy: MethodDefinition<_datamover_v1_ModifyBasePolicyRequest, _datamover_v1_BasePolicy, _datamover_v1_ModifyBasePolicyRequest__Output, _datamover_v1_BasePolicy__Output>
  ModifyBwRule: MethodDefinition<_datamover_v1_ModifyBwRuleRequest, _datamover_v1_BwRule, _datamover_v1_ModifyBwRuleRequest__Output, _datamover_v1_BwRule__Output>
  ModifyCertificate: MethodDefinition<_datamover_v1_ModifyCertificateRequest, _datamover_v1_Certificate, _datamover_v1_ModifyCertificateRequest__Output, _datamover_v1_Certificate__Output>
  ModifyCertificateSettings: MethodDefinition<_datamover_v1_ModifyCertificateSettingsRequest, _datamover_v1_CertificateSettings, _datamover_v1_ModifyCertificateSettingsRequest__Output, _datamover_v1_CertificateSettings__Output>
  ModifyJob: MethodDefinition<_datamover_v1_ModifyJobRequest, _datamover_v1_Job, _datamover_v1_ModifyJobRequest__Output, _datamover_v1_Job__Output>
  ModifyPolicy: MethodDefinition<_datamover_v1_ModifyPolicyRequest, _datamover_v1_Policy, _datamover_v1_ModifyPolicyRequest__Output, _datamover_v1_Policy__Output>
  ModifyThrottlingSettings: MethodDefinition<_datamover_v1_ModifyThrottlingSettingsRequest, _datamover_v1_ThrottlingSettings, _datamover_v1_ModifyThrottlingSettingsRequest__Output, _datamover_v1_ThrottlingSettings__Output>
  PingAccount: MethodDefinition<_datamover_v1_PingAccountRequest, _datamover_v1_PingAccountReply, _datamover_v1_PingAccountRequest__Output, _datamover_v1_PingAccountReply__Output>
  PreviewPolicy: MethodDefinition<_datamover_v1_Ref, _datamover_v1_PolicyPreview, _datamover_v1_Ref__Output, _datamover_v1_PolicyPreview__Output>
  PreviewRestore: MethodDefinition<_datamover_v1_PreviewRestoreRequest, _datamover_v1_RestorePreview, _datamover_v1_PreviewRestoreRequest__Output, _datamover_v1_RestorePreview__Output>
  PruneBackups: MethodDefinition<_datamover_v1_PruneBackupsRequest, _datamover_v1_PruneBackupsProgress, _datamover_v1_PruneBackupsRequest__Output, _datamover_v1_PruneBackupsProgress__Output>
  ReadFile: MethodDefinition<_datamover_v1_ReadFileRequest, _datamover_v1_FileChunk, _datamover_v1_ReadFileRequest__Output, _datamover_v1_FileChunk__Output>
  ReclaimTarget: MethodDefinition<_datamover_v1_TargetRef, _datamover_v1_TargetView, _datamover_v1_TargetRef__Output, _datamover_v1_TargetView__Output>
  RekeyBackup: MethodDefinition<_datamover_v1_RekeyBackupRequest, _datamover_v1_BackupKeyList, _datamover_v1_RekeyBackupRequest__Output, _datamover_v1_BackupKeyList__Output>
  ReleaseTarget: MethodDefinition<_datamover_v1_TargetRef, _datamover_v1_TargetView, _datamover_v1_TargetRef__Output, _datamover_v1_TargetView__Output>
  RepairBackups: MethodDefinition<_datamover_v1_RepairBackupsRequest, _datamover_v1_RepairBackupsProgress, _datamover_v1_RepairBackupsRequest__Output, _datamover_v1_RepairBackupsProgress__Output>
  ResetPeerAccess: MethodDefinition<_datamover_v1_Empty, _datamover_v1_PeerAccessView, _datamover_v1_Empty__Output, _datamover_v1_PeerAccessView__Output>
  RevokeFingerprint: MethodDefinition<_datamover_v1_RevokeFingerprintRequest, _datamover_v1_Empty, _datamover_v1_RevokeFingerprintRequest__Output, _datamover_v1_Empty__Output>
  RunPolicy: MethodDefinition<_datamover_v1_RunPolicyRequest, _datamover_v1_RunPolicyReply, _datamover_v1_RunPolicyRequest__Output, _datamover_v1_RunPolicyReply__Output>
  StatEntry: MethodDefinition<_datamover_v1_BrowseRequest, _datamover_v1_EntryStat, _datamover_v1_BrowseRequest__Output, _datamover_v1_EntryStat__Output>
  UnlockDataset: MethodDefinition<_datamover_v1_DatasetQuery, _datamover_v1_UnlockedDataset, _datamover_v1_DatasetQuery__Output, _datamover_v1_UnlockedDataset__Output>
  VerifyDataset: MethodDefinition<_datamover_v1_VerifyDatasetRequest, _datamover_v1_VerifyProgress, _datamover_v1_VerifyDatasetRequest__Output, _datamover_v1_VerifyProgress__Output>
  WatchJob: MethodDefinition<_datamover_v1_JobRef, _datamover_v1_Job, _datamover_v1_JobRef__Output, _datamover_v1_Job__Output>
}
